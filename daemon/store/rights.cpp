// SPDX-License-Identifier: MIT
#include "store/rights.hpp"

namespace rowbot
{
namespace
{

// LOCK TABLE asks for SELECT on the whole table. row_security_active() also tells the owner of a
// table with FORCE ROW LEVEL SECURITY:
// https://www.postgresql.org/docs/15/ddl-rowsecurity.html
constexpr char const* rights_sql = R"sql(
SELECT quote_ident(current_user), pg_catalog.row_security_active(c.oid), pg_catalog.has_table_privilege(c.oid, 'SELECT'),
       (SELECT string_agg(quote_ident(name), ', ' ORDER BY name) FROM unnest($2::text[]) AS name
        WHERE NOT pg_catalog.has_column_privilege(c.oid, name, 'UPDATE')),
       format('%I.%I', n.nspname, c.relname)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass($1))sql";

/// The columns that the worker may have to write; none: every column is allowed, so no column is
/// asked for but ours.
std::vector<std::string> written_columns(Table const& table)
{
    std::vector<std::string> columns{"applied_upgrades"};
    for (auto const& upgrade : table.upgrades)
        columns.insert(columns.end(), upgrade.writes.begin(), upgrade.writes.end());
    return columns;
}

void check(Session& session, std::string const& table, std::string const& qualified,
           std::vector<std::string> const& columns)
{
    auto const found = session.exec(rights_sql, {qualified, detail::array_parameter(columns)});
    if (found.empty()) return; // dropped meanwhile
    auto const row = found[0];
    std::string const role = row[0].c_str(), part = row[4].c_str();
    auto const where = table + ": the role " + role + " ";
    if (!row[2].as<bool>())
        throw ConfigError(where + "may not read " + part + "; run: GRANT SELECT ON " + part +
                          " TO " + role);
    if (!row[3].is_null())
        throw ConfigError(where + "may not write columns of " + part + "; run: GRANT UPDATE (" +
                          row[3].c_str() + ") ON " + part + " TO " + role);
    if (row[1].as<bool>())
        throw ConfigError(where + "sees not every row of " + part +
                          ", because of its row security; run: ALTER ROLE " + role + " BYPASSRLS");
}

} // namespace

void check_rights(Session& session, KnownTable const& table, std::vector<Leaf> const& leaves)
{
    auto const columns = written_columns(table.table);
    bool const written = table.shape.relkind == 'r'; // of a partitioned table only the partitions
    check(session, table.table.name, table.name, written ? columns : std::vector<std::string>{});
    for (auto const& leaf : leaves)
        if (leaf.shape.qualified != table.shape.qualified)
            check(session, table.table.name, leaf.shape.qualified, columns);
}

} // namespace rowbot
