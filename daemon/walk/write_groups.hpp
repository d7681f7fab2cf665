// SPDX-License-Identifier: MIT
#pragma once

#include "walk/batch.hpp"

#include <span>

namespace rowbot
{

/// Columns of a leaf, ascending.
using ColumnSet = std::vector<std::size_t>;

/// Rows of a batch that one statement can write alike.
struct WriteGroup {
    std::vector<std::size_t> upgrades{}; ///< Which ran.
    ColumnSet written{};
    ColumnSet guarded{}; ///< Sources of the upgrades that ran, and the written columns.
    ColumnSet hashed{};  ///< Those of `guarded` whose values are compared by their SHA-256.
    std::vector<std::size_t> rows{}; ///< Positions in the batch.
};

/// The rows that have something to write, by which upgrades ran and what they wrote.
std::vector<WriteGroup> write_groups(Table const& table, detail::TableShape const& leaf,
                                     std::span<VisitedRow const> rows);

/// One group with the columns and rows of all; each row keeps to its own columns by a mask.
WriteGroup united(std::vector<WriteGroup> const& groups);

} // namespace rowbot
