// SPDX-License-Identifier: MIT
#include "store/grants.hpp"

#include "store/schema_version.hpp"
#include "store/state_schema.hpp"

#include <algorithm>

namespace rowbot
{
namespace
{

using detail::quote_identifier;

/// The table and, for the walk, all that has rows of its own below it.
constexpr char const* parts_sql = R"sql(
WITH RECURSIVE tree AS (
    SELECT to_regclass($1)::oid AS oid, 0 AS depth
    UNION
    SELECT i.inhrelid, depth + 1 FROM pg_catalog.pg_inherits i JOIN tree ON i.inhparent = tree.oid)
SELECT n.nspname, c.relname, c.relkind = 'p', c.relrowsecurity, depth = 0,
       pg_catalog.has_schema_privilege('public', n.oid, 'USAGE')
FROM tree JOIN pg_catalog.pg_class c ON c.oid = tree.oid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
ORDER BY depth, n.nspname, c.relname)sql";

constexpr char const* relation_sql =
    "SELECT n.nspname, c.relname, pg_catalog.has_schema_privilege('public', n.oid, 'USAGE') FROM "
    "pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = "
    "to_regclass($1)";

/// Those of serial columns: an identity's needs no right.
constexpr char const* sequences_sql = R"sql(
SELECT n.nspname, c.relname FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_class c ON c.oid = d.objid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.refclassid = d.classid AND d.refobjid = to_regclass($1)
  AND d.deptype = 'a' AND c.relkind = 'S' ORDER BY 1, 2)sql";

constexpr char const* key_sql = R"sql(
SELECT a.attname FROM pg_catalog.pg_index i JOIN pg_catalog.pg_attribute a
  ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey::int2[])
WHERE i.indrelid = to_regclass($1) AND i.indisprimary ORDER BY a.attnum)sql";

constexpr char const* names_sql =
    "SELECT atttypid = 'text[]'::regtype FROM pg_catalog.pg_attribute WHERE attrelid = "
    "to_regclass($1) AND attname = 'applied_upgrades' AND NOT attisdropped";

std::string list(std::vector<std::string> const& columns)
{
    std::string text;
    for (auto const& column : columns)
        text += (text.empty() ? "(" : ", ") + quote_identifier(column);
    return text + ")";
}

class Asked
{
public:
    Asked(Session& session, GrantRequest const& request) : session_(session), request_(request) {}

    Grants answer()
    {
        check();
        find_carried();
        connect();
        if (request_.access != Access::read) state();
        parts();
        if (request_.access == Access::read) sequences();
        if (request_.access == Access::walk) {
            migrations();
            walk_notes();
        }
        return std::move(grants_);
    }

private:
    void check()
    {
        if (session_.exec("SELECT FROM pg_catalog.pg_roles WHERE rolname = $1", {request_.role})
                .empty())
            throw ConfigError("--role: there is no role '" + request_.role + "'; create it first");
        auto const names = session_.exec(names_sql, {request_.table});
        if (names.empty() || !names[0][0].as<bool>())
            throw ConfigError(request_.table +
                              ": it has no column applied_upgrades of type text[]; run rowbot "
                              "prepare first, then ask again");
    }

    /// With those of its upgrades that can run now: of others the columns may not be there yet.
    void find_carried()
    {
        for (auto const& table : request_.carried) {
            if (canonical_name(session_, table.name) != request_.table) continue;
            auto const ready = ready_part(session_, table, request_.migrations_table);
            carried_ = look_up(session_, ready.table).table;
            needs_migration_ =
                std::any_of(table.upgrades.begin(), table.upgrades.end(),
                            [](auto const& upgrade) { return upgrade.needs_migration > 0; });
            if (!ready.waits_for.empty()) note("Ask again after that: " + ready.waits_for + ".");
        }
    }

    void grant(std::string const& rights, std::string const& object)
    {
        grants_.statements.push_back("GRANT " + rights + " ON " + object + " TO " +
                                     quote_identifier(request_.role) + ";");
    }
    void note(std::string text) { grants_.notes.push_back(std::move(text)); }
    std::string to_role() const { return " TO " + quote_identifier(request_.role) + ";"; }

    void connect()
    {
        auto const row =
            session_.exec("SELECT current_database(), pg_catalog.has_database_privilege('public', "
                          "current_database(), 'CONNECT')")[0];
        database_ = "DATABASE " + quote_identifier(row[0].c_str());
        if (!row[1].as<bool>()) grant("CONNECT", database_);
    }

    void state()
    {
        bool const walks = request_.access == Access::walk;
        if (!has_state_schema(session_)) {
            if (!walks)
                throw ConfigError("there is no schema rowbot in this database yet; start the "
                                  "daemon first, or run rowbot resume, then ask again");
            grant("CREATE", database_);
            note("The schema rowbot is not there yet. The role will create and own it; to keep it "
                 "from that, run rowbot resume as the owner of the database, then ask again.");
            return;
        }
        grant("USAGE", "SCHEMA \"rowbot\"");
        for (auto const& [table, rights] :
             {std::pair{"setting", "SELECT"}, std::pair{"upgrade", "SELECT, INSERT, UPDATE"},
              std::pair{"walk", "SELECT, INSERT, UPDATE"}, std::pair{"control", "SELECT"},
              std::pair{"process", "SELECT, INSERT, UPDATE, DELETE"}})
            grant(walks ? rights : "SELECT", "\"rowbot\"." + quote_identifier(table));
        grant("INSERT (\"table_name\", \"what\", \"detail\")", "\"rowbot\".\"event\"");
    }

    void parts()
    {
        for (auto const& row : session_.exec(parts_sql, {request_.table})) {
            bool const partitioned = row[2].as<bool>(), root = row[4].as<bool>();
            if (!root && (request_.access != Access::walk || partitioned)) continue;
            std::string const schema = row[0].c_str();
            if (!row[5].as<bool>()) use(schema);
            auto const name = quote_identifier(schema) + "." + quote_identifier(row[1].c_str());
            grant(rights(partitioned), name);
            if (row[3].as<bool>())
                note(name + " has row security: a superuser must let the role see every row. " +
                     "ALTER ROLE " + quote_identifier(request_.role) + " BYPASSRLS;");
            if (partitioned && request_.access == Access::walk)
                note("A partition that is added later needs rights of its own: ask again.");
        }
    }

    std::string rights(bool partitioned)
    {
        switch (request_.access) {
        case Access::walk: // its parts are written one by one
            return partitioned ? "SELECT" : "SELECT, UPDATE" + written();
        case Access::read:
            note("And UPDATE of the columns that the application changes itself.");
            return "SELECT, INSERT, UPDATE" + written();
        case Access::watch:
            return "SELECT" + looked_at();
        }
        return {};
    }

    /// ` ("applied_upgrades", …)`; empty: every column.
    std::string written()
    {
        bool const inline_only = request_.access == Access::read;
        std::vector<std::string> columns{"applied_upgrades"};
        if (!carried_) return all_columns("This program does not carry the table");
        for (auto const& upgrade : carried_->upgrades) {
            if (inline_only && upgrade.runs == Runs::in_worker_only) continue;
            if (upgrade.writes.empty())
                return all_columns("Upgrade " + upgrade.name + " does not say what it writes");
            for (auto const& column : upgrade.writes)
                if (std::find(columns.begin(), columns.end(), column) == columns.end())
                    columns.push_back(column);
        }
        return " " + list(columns);
    }

    std::string all_columns(std::string const& why)
    {
        auto text = why + ": hence UPDATE of all columns.";
        if (std::find(grants_.notes.begin(), grants_.notes.end(), text) == grants_.notes.end())
            note(std::move(text));
        return {};
    }

    /// What a gate counts, and shows as examples.
    std::string looked_at()
    {
        std::vector<std::string> columns{"applied_upgrades"};
        for (auto const& row : session_.exec(key_sql, {request_.table}))
            columns.emplace_back(row[0].c_str());
        if (columns.size() == 1) {
            note("The table has no primary key: hence SELECT of all columns.");
            return {};
        }
        auto const walk = session_.exec(
            "SELECT FROM rowbot.walk WHERE table_name = $1 AND condition <> ''", {request_.table});
        if (!walk.empty() || (carried_ && !carried_->where.empty())) {
            note(
                "Only a part of the rows is upgraded (Table::where): hence SELECT of all columns.");
            return {};
        }
        return " " + list(columns);
    }

    void sequences()
    {
        for (auto const& row : session_.exec(sequences_sql, {request_.table}))
            grant("USAGE", "SEQUENCE " + quote_identifier(row[0].c_str()) + "." +
                               quote_identifier(row[1].c_str()));
    }

    /// The walk looks there whether the migration that an upgrade needs is applied.
    void migrations()
    {
        if (!needs_migration_) return;
        auto const found = session_.exec(relation_sql, {request_.migrations_table});
        if (found.empty())
            return note("An upgrade needs a migration: as soon as there is a table " +
                        request_.migrations_table + ", ask again.");
        auto const row = found[0];
        if (!row[2].as<bool>()) use(row[0].c_str());
        grant("SELECT", quote_identifier(row[0].c_str()) + "." + quote_identifier(row[1].c_str()));
    }

    void use(std::string const& schema)
    {
        if (std::find(schemas_.begin(), schemas_.end(), schema) != schemas_.end()) return;
        grant("USAGE", "SCHEMA " + quote_identifier(schema));
        schemas_.push_back(schema);
    }

    void walk_notes()
    {
        note("To see how far standbys are behind (--max-lag): GRANT pg_monitor" + to_role());
        if (!needs_migration_)
            note("For run --migrations: GRANT SELECT ON the table of the migrations" + to_role());
        note("For rowbot pause and resume: GRANT INSERT, UPDATE, DELETE ON rowbot.control" +
             to_role());
    }

    Session& session_;
    GrantRequest const& request_;
    std::optional<Table> carried_{};
    bool needs_migration_ = false;
    std::vector<std::string> schemas_{};
    Grants grants_{};
    std::string database_{};
};

} // namespace

Grants grants_for(Session& session, GrantRequest const& request)
{
    return Asked(session, request).answer();
}

} // namespace rowbot
