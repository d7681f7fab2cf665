// SPDX-License-Identifier: MIT
#pragma once

#include "walk/batch.hpp"

namespace rowbot
{

/// `NOT coalesce(t.applied_upgrades @> …, false)`: rows that lack one of the names; `false` without
/// names.
std::string lacks_any(std::vector<std::string> const& names);

/// Reads the pending rows of one leaf. Immutable; any thread, each with a Work of its own.
class RowReader
{
public:
    RowReader(KnownTable const& table, Leaf const& leaf);

    struct Found {
        std::vector<Row> rows{};
        std::vector<Position> positions{}; ///< One for each row.
        bool cut = false;                  ///< There may be more rows before `to_block`.
    };

    /// Pending rows behind `from` and before the block `to_block`, in heap order: at most
    /// `most_rows`, and not more once `most_bytes` are reached. One row is returned whatever its
    /// size.
    Found range(Work& work, Position from, std::int64_t to_block, std::int64_t most_rows,
                std::int64_t most_bytes) const;

    /// Those of the rows with these keys that are there and pending, or, with `all`, that are
    /// there.
    std::vector<Row> keys(Work& work, std::vector<Key> const& keys, bool all = false) const;

    /// The row with this key, if it is there and pending, locked against other writers.
    std::optional<Row> locked(Work& work, Key const& key) const;

    /// Locks those of the rows with these keys that nobody else has locked; true for each of them.
    std::vector<bool> lock_free(Work& work, std::vector<Key> const& keys) const;

    /// SQL that locks the leaf against being rewritten and returns its filenode and its blocks.
    std::string hold_sql() const;

private:
    Row row(pqxx::row const& fields, int first) const;
    pqxx::result select_keys(Work& work, std::vector<Key> const& keys, std::string const& selected,
                             std::string const& condition, std::string const& lock) const;
    std::string selected_columns() const;

    KnownTable const& table_;
    Leaf const& leaf_;
    std::vector<std::size_t> columns_{}; ///< Those that are read.
    std::string condition_{};
    std::string sizes_{}; ///< SQL: about how many bytes the row's text has.
};

} // namespace rowbot
