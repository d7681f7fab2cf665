// SPDX-License-Identifier: MIT
#pragma once

#include "store/session.hpp"

namespace rowbot
{

/// A part of a table that has rows of its own: the table itself, or a partition.
struct Leaf {
    detail::TableShape shape{};
    unsigned oid = 0;
    unsigned filenode =
        0; ///< Changes when the table is rewritten: every ctid means something else then.
    std::int64_t blocks = 0; ///< Its size now.
    std::int64_t rows = 0;   ///< PostgreSQL's estimate; 0 where it was never analyzed.
};

/// A registered table as the database has it.
struct KnownTable {
    Table table{}; ///< With its key named.
    /// Why it has upgrades that are not in `table` yet: the schema migration that they need is not
    /// applied. Empty: all are there.
    std::string waits_for{};
    detail::TableShape shape{}; ///< Of the root.
    std::string
        name{}; ///< `public.article`, quoted where SQL needs it: its name in schema `rowbot`.
};

/// Looks the table up and holds the upgrades against it. Throws ConfigError as make_shape() and
/// fit() do, and where Table::where is no condition.
KnownTable look_up(Session& session, Table const& table);

/// The same for all of them. Throws ConfigError where two are one table under two spellings.
std::vector<KnownTable> look_up(Session& session, std::vector<Table> const& tables);

/// The leaves of a table as they are now, by name. Not within a Work. Throws
/// ConfigError for a leaf that has no heap.
std::vector<Leaf> leaves_of(Session& session, KnownTable const& known);

/// The name under which the state schema knows a table; none where there is no such table.
std::optional<std::string> canonical_name(Session& session, std::string const& identifier);

/// The same. Throws ConfigError where there is none, or where it is none that can be walked (a
/// view, a foreign table).
std::string table_name(Session& session, std::string const& identifier);

} // namespace rowbot
