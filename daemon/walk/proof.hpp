// SPDX-License-Identifier: MIT
#pragma once

#include "store/state.hpp"

namespace rowbot
{

/// Looks at the whole table in one statement, hence one snapshot: which names rows lack or still
/// hold. `upgrades` and `cleanups` are names; `where` is Table::where, which leaves rows out of the
/// upgrades but not out of the cleanups.
Counts look_at(Work& work, std::string const& qualified, std::vector<std::string> const& upgrades,
               std::vector<std::string> const& cleanups, std::string const& where);

/// The keys of at most `most` rows that lack one of the names, as text, for a message.
std::vector<std::string> examples(Work& work, std::string const& qualified,
                                  std::vector<std::string> const& key,
                                  std::vector<std::string> const& upgrades,
                                  std::string const& where, int most);

} // namespace rowbot
