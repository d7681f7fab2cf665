// SPDX-License-Identifier: MIT
#pragma once

#include "store/session.hpp"

namespace rowbot
{

/// A text that differs once rows of the table were written since: the statistics counters of its
/// leaves. Empty where the server keeps none (track_counts), or the table was rewritten or not yet
/// counted.
std::string changes_of(Session& session, std::string const& table);

} // namespace rowbot
