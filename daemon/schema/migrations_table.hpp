// SPDX-License-Identifier: MIT
#pragma once

// The table that postgres-migrations keeps: id, name, hash, executed_at, one row a migration and
// row 0 for the table itself. Its readers match rows by position, so nothing else may ever stand
// in it: what Rowbot has to remember is in the schema rowbot.

#include "schema/migration_files.hpp"
#include "store/session.hpp"

namespace rowbot::schema
{

/// A row as it is stored.
struct AppliedRow {
    int id = 0;
    std::string name{}, hash{};
};

class MigrationsTable
{
public:
    /// Resolves an empty schema to the first of the search path. Throws ConfigError where there is
    /// no such schema.
    MigrationsTable(Session& session, std::string const& schema, std::string const& table);

    /// `public.migrations`, quoted where SQL needs it: for SQL, and its name in the schema rowbot.
    std::string const& name() const noexcept { return name_; }
    std::string const& schema() const noexcept { return schema_; }

    /// The rows in the order of their ids; none where there is no table yet. Throws ConfigError for
    /// a table of that name with other columns, naming the program that it looks like.
    std::optional<std::vector<AppliedRow>> rows(Session& session) const;

    /// In the caller's transaction: creates the table, with its row 0.
    void create(Session& session) const;
    /// In the caller's transaction: records that a migration was applied, and the version.
    void insert(Session& session, MigrationFile const& file) const;
    /// The greatest id; -1 where there is no table.
    int last_id(Session& session) const;

private:
    bool exists(Session& session) const;

    std::string schema_, table_, name_;
};

} // namespace rowbot::schema
