// SPDX-License-Identifier: MIT
#pragma once

#include "walk/batch.hpp"

#include <span>

namespace rowbot
{

/// The statements that write these rows, each guarded by its key, its old names and the values that
/// were read of every source and written column. One for each set of written columns; over four
/// sets one for all, with masks, except where an UPDATE OF trigger would see columns that a row
/// does not change. `removals` are names that may be cleaned up on the way.
std::vector<Statement> write_statements(KnownTable const& table, detail::TableShape const& leaf,
                                        std::span<VisitedRow const> rows,
                                        std::vector<std::string> const& removals);

/// The same with what the writer must know of the rows themselves. Any thread.
Prepared prepared(KnownTable const& table, detail::TableShape const& leaf,
                  std::span<VisitedRow const> rows, std::vector<std::string> const& removals);

} // namespace rowbot
