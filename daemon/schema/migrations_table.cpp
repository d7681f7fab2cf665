// SPDX-License-Identifier: MIT
#include "schema/migrations_table.hpp"

#include "schema/hash.hpp"

namespace rowbot::schema
{

MigrationsTable::MigrationsTable(Session& session, std::string const& schema,
                                 std::string const& table)
    : schema_(schema), table_(table)
{
    if (schema_.empty()) {
        // To a role that is named rowbot, "$user" is the schema of our state: nobody's place.
        auto const found =
            session.exec("SELECT s FROM unnest(current_schemas(false)) WITH ORDINALITY "
                         "AS path (s, i) WHERE s <> 'rowbot' ORDER BY i LIMIT 1");
        if (found.empty())
            throw ConfigError("none of the schemas in the search path exists; create one, or name "
                              "one with --schema");
        schema_ = found[0][0].c_str();
    } else if (session.exec("SELECT FROM pg_catalog.pg_namespace WHERE nspname = $1", {schema_})
                   .empty()) {
        throw ConfigError("there is no schema '" + schema_ + "' for the table '" + table_ +
                          "'; create it first");
    }
    name_ =
        session.exec("SELECT format('%I.%I', $1::text, $2::text)", {schema_, table_})[0][0].c_str();
}

bool MigrationsTable::exists(Session& session) const
{
    // Qualified: postgres-migrations looks in every schema, and finds tables of others.
    return !session
                .exec("SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = "
                      "c.relnamespace WHERE n.nspname = $1 AND c.relname = $2",
                      {schema_, table_})
                .empty();
}

std::optional<std::vector<AppliedRow>> MigrationsTable::rows(Session& session) const
{
    if (!exists(session)) return std::nullopt;
    std::vector<AppliedRow> rows;
    try {
        for (auto const& row : session.exec("SELECT id, name, hash FROM " + name_ + " ORDER BY id"))
            rows.push_back({row[0].as<int>(), row[1].c_str(), row[2].c_str()});
    } catch (pqxx::undefined_column const& e) {
        throw ConfigError(name_ + " is not a table of postgres-migrations (" + message_of(e) +
                          "); name another with --table");
    }
    return rows;
}

void MigrationsTable::create(Session& session) const
{
    session.exec("CREATE TABLE IF NOT EXISTS " + name_ +
                 " (id integer PRIMARY KEY, name varchar(100) UNIQUE NOT NULL, hash varchar(40) "
                 "NOT NULL, executed_at timestamp DEFAULT current_timestamp)");
    session.exec("INSERT INTO " + name_ + " (id, name, hash) VALUES (0, $1, $2)",
                 {std::string(migration_zero_name), std::string(migration_zero_hash)});
}

void MigrationsTable::insert(Session& session, MigrationFile const& file) const
{
    session.exec("INSERT INTO " + name_ + " (id, name, hash) VALUES ($1::int, $2, $3)",
                 {std::to_string(file.id), file.name, file.hash});
    session.exec("INSERT INTO rowbot.setting (key, value) VALUES ('schema_version/' || $1, "
                 "to_jsonb($2::int)) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                 {name_, std::to_string(file.id)});
}

int MigrationsTable::last_id(Session& session) const
{
    if (!exists(session)) return -1;
    return session.exec("SELECT coalesce(max(id), -1) FROM " + name_)[0][0].as<int>();
}

} // namespace rowbot::schema
