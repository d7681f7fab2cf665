// SPDX-License-Identifier: MIT
#pragma once

#include "store/catalog.hpp"

namespace rowbot
{

/// Whether this role may read and write what the walk of these parts of the table will read and
/// write, and sees all of its rows. Throws ConfigError that says which right is missing.
void check_rights(Session& session, KnownTable const& table, std::vector<Leaf> const& leaves);

} // namespace rowbot
