// SPDX-License-Identifier: MIT
#pragma once

// Private to Rowbot. Asks the catalogue about a table and holds its upgrades against the answer.

#include <rowbot/detail/statement.hpp>
#include <rowbot/detail/stored_row.hpp>

namespace rowbot::detail
{

/// Runs in a transaction. Throws ConfigError where the table and its upgrades do not fit.
inline std::shared_ptr<BoundTable const> bind(Table const& table, pqxx::transaction_base& tx)
{
    auto const found = execute(
        tx,
        "SELECT c.oid, n.nspname, c.relname, pg_catalog.cardinality(pg_catalog.parse_ident($1)), "
        "pg_catalog.current_setting('search_path') "
        "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
        "WHERE c.oid = pg_catalog.to_regclass($1)",
        {table.name});
    if (found.empty()) make_shape(table, {}, {}); // throws
    auto const relation = quote_identifier(found[0][2].c_str());
    auto const qualified = quote_identifier(found[0][1].c_str()) + "." + relation;

    // Types are shown with their schema unless it is in search_path; ours must not depend on whose
    // connection came first.
    auto const search_path = "SELECT pg_catalog.set_config('search_path', $1, true)";
    execute(tx, search_path, {"pg_catalog"});
    auto const columns = text_rows(execute(tx, shape_sql, {qualified}));
    auto const keys = text_rows(execute(tx, key_sql, {qualified}));
    execute(tx, search_path, {found[0][4].c_str()});

    auto shape = make_shape(table, columns, keys);
    auto fitted = fit(table, shape);
    return std::make_shared<BoundTable const>(
        BoundTable{.table = std::move(fitted),
                   .shape = std::move(shape),
                   .target = std::string_view(found[0][3].c_str()) == "1" ? relation : qualified,
                   .oid = found[0][0].c_str()});
}

} // namespace rowbot::detail
