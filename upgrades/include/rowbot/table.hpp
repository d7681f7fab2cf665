// SPDX-License-Identifier: MIT
#pragma once

// A Table names a table of the database, the upgrades of its rows in the order in which they run,
// and the cleanups: names of finished upgrades whose code is gone and that are taken out of
// `applied_upgrades` again. Registration is a list of Table values.

#include <rowbot/upgrade.hpp>

namespace rowbot
{

struct Table {
    /// As in SQL: `article`, `public.article`, `"Weird Table"."sélect"`.
    std::string name{};
    std::vector<Upgrade> upgrades{};
    NameList cleanups{};
    /// An SQL condition; rows that do not fulfil it are left out of walk, proof and gate. Reading
    /// and saving upgrade them all the same. Empty: every row.
    std::string where{};
    /// The columns of a unique key that are NOT NULL. Empty: the primary key.
    NameList key{};
};

/// Checks what can be checked without a database: names, functions, columns that get in each
/// other's way. Throws ConfigError for the first thing that is wrong, with what to do about it.
void validate(std::vector<Table> const& tables);

} // namespace rowbot
