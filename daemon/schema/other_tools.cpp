// SPDX-License-Identifier: MIT
#include "schema/other_tools.hpp"

#include <rowbot/errors.hpp>

#include <algorithm>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

namespace rowbot::schema
{
namespace
{

using Kind = OtherTool::Kind;

/// Tables that say whose they are by their name alone.
constexpr struct {
    char const* table;
    char const* tool;
} refused_tables[] = {{"ar_internal_metadata", "Rails"},
                      {"flyway_schema_history", "Flyway"},
                      {"databasechangelog", "Liquibase"},
                      {"alembic_version", "Alembic"},
                      {"django_migrations", "Django"},
                      {"goose_db_version", "goose"},
                      {"_sqlx_migrations", "sqlx"},
                      {"_prisma_migrations", "Prisma"},
                      {"knex_migrations", "Knex"},
                      {"pgmigrations", "node-pg-migrate"},
                      {"SequelizeMeta", "Sequelize"},
                      {"__EFMigrationsHistory", "Entity Framework"},
                      {"atlas_schema_revisions", "Atlas"},
                      {"doctrine_migration_versions", "Doctrine"},
                      {"phinxlog", "Phinx"}};

std::string columns_of(Session& session, std::string const& schema, std::string const& table)
{
    return session
        .exec("SELECT coalesce(string_agg(a.attname, ',' ORDER BY a.attnum), '') FROM "
              "pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN "
              "pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND "
              "c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped",
              {schema, table})[0][0]
        .c_str();
}

std::string read_file(std::filesystem::path const& path)
{
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    if (!(text << in.rdbuf()) && !in.eof()) throw ConfigError(path.string() + ": cannot be read");
    return text.str();
}

/// dbmate: what stands between `-- migrate:up` and `-- migrate:down`.
std::string up_part(std::string const& text, std::string const& file)
{
    static std::regex const up(R"((^|\n)--\s*migrate:up([^\n]*)\n)");
    static std::regex const down(R"((^|\n)--\s*migrate:down[^\n]*(\n|$))");
    std::smatch begin, end;
    if (!std::regex_search(text, begin, up))
        throw ConfigError(file + ": there is no '-- migrate:up' in it; is it a file of dbmate?");
    std::string part = begin.suffix();
    if (std::regex_search(part, end, down)) part = end.prefix();
    bool const alone = begin[2].str().find("transaction:false") != std::string::npos;
    return (alone ? "-- postgres-migrations disable-transaction\n" : "") + part;
}

/// Versions in the order of their numbers, which dbmate stores as text.
struct ByVersion {
    bool operator()(std::string const& a, std::string const& b) const
    {
        auto const significant = [](std::string const& text) {
            auto const first = text.find_first_not_of('0');
            return first == std::string::npos ? std::string() : text.substr(first);
        };
        auto const x = significant(a), y = significant(b);
        return x.size() != y.size() ? x.size() < y.size() : x < y;
    }
};

using Files = std::map<std::string, ForeignFile, ByVersion>;

Files read_directory(OtherTool const& tool, std::filesystem::path const& directory)
{
    std::regex const pattern(tool.kind == Kind::dbmate ? R"((\d+)_?(.*)\.sql)"
                                                       : R"((\d+)_(.*)\.up\.sql)");
    if (!std::filesystem::is_directory(directory))
        throw ConfigError(directory.string() + ": is no folder; name that of " + tool.name +
                          "'s files with --from");
    Files files;
    for (auto const& entry : std::filesystem::directory_iterator(directory)) {
        std::smatch match;
        auto const base = entry.path().filename().string();
        if (!std::regex_match(base, match, pattern)) continue;
        auto text = read_file(entry.path());
        if (tool.kind == Kind::dbmate) text = up_part(text, base);
        if (!files.emplace(match[1], ForeignFile{match[2], std::move(text)}).second)
            throw ConfigError(base + ": there is another file with version " + match[1].str());
    }
    return files;
}

void mark_versions(Session& session, OtherTool const& tool, Files& files)
{
    for (auto const& row : session.exec("SELECT version::text FROM " + tool.table)) {
        auto const found = files.find(row[0].c_str());
        if (found == files.end())
            throw ConfigError(tool.table + ": version " + row[0].c_str() +
                              " is applied and has no file in that folder");
        found->second.applied = true;
    }
}

/// golang-migrate keeps the last version only: all up to it are applied.
void mark_up_to(Session& session, OtherTool const& tool, Files& files)
{
    auto const rows = session.exec("SELECT version::text, dirty FROM " + tool.table);
    if (rows.empty()) return;
    if (rows[0][1].as<bool>())
        throw ConfigError(tool.table + " is dirty: version " + rows[0][0].c_str() +
                          " has failed half-way; mend that with golang-migrate first");
    std::string const last = rows[0][0].c_str();
    if (!files.contains(last))
        throw ConfigError(tool.table + ": version " + last +
                          " is applied and has no file in that folder");
    for (auto& [version, file] : files) file.applied = !ByVersion()(last, version);
}

} // namespace

OtherTool find_other_tool(Session& session, std::string const& schema)
{
    auto const full = [&](std::string const& table) {
        return detail::quote_identifier(schema) + "." + detail::quote_identifier(table);
    };
    for (auto const& [table, tool] : refused_tables)
        if (!columns_of(session, schema, table).empty()) return {Kind::refused, tool, full(table)};
    auto const columns = columns_of(session, schema, "schema_migrations");
    if (columns == "version") return {Kind::dbmate, "dbmate", full("schema_migrations")};
    if (columns == "version,dirty")
        return {Kind::golang_migrate, "golang-migrate", full("schema_migrations")};
    if (!columns.empty()) return {Kind::refused, "an unknown tool", full("schema_migrations")};
    return {};
}

std::vector<ForeignFile> read_foreign_files(Session& session, OtherTool const& tool,
                                            std::filesystem::path const& directory)
{
    auto files = read_directory(tool, directory);
    if (tool.kind == Kind::dbmate)
        mark_versions(session, tool, files);
    else
        mark_up_to(session, tool, files);
    std::vector<ForeignFile> in_order;
    for (auto& [version, file] : files) in_order.push_back(std::move(file));
    return in_order;
}

} // namespace rowbot::schema
