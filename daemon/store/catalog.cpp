// SPDX-License-Identifier: MIT
#include "store/catalog.hpp"

namespace rowbot
{
namespace
{

constexpr char const* name_sql =
    "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_catalog.pg_class c "
    "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.oid = to_regclass($1)";

// A partitioned table's partitions, an inheritance parent's children: at any depth.
constexpr char const* leaves_sql = R"sql(
WITH RECURSIVE tree AS (
    SELECT to_regclass($1)::oid AS oid
    UNION
    SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN tree ON i.inhparent = tree.oid)
SELECT format('%I.%I', n.nspname, c.relname), c.oid, coalesce(pg_catalog.pg_relation_filenode(c.oid), 0),
       pg_catalog.pg_relation_size(c.oid) / current_setting('block_size')::int, c.relkind,
       greatest(c.reltuples, 0)::bigint
FROM tree JOIN pg_catalog.pg_class c ON c.oid = tree.oid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind <> 'p' ORDER BY 1)sql";

constexpr char const* partition_key_sql = R"sql(
SELECT a.attname, p.partexprs IS NOT NULL
FROM pg_catalog.pg_partition_tree(to_regclass($1)) tree
JOIN pg_catalog.pg_partitioned_table p ON p.partrelid = tree.relid
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = ANY (p.partattrs::int2[]))sql";

detail::TableShape shape_of(Session& session, Table const& table)
{
    auto const columns = text_rows(session.exec(detail::shape_sql, {table.name}));
    return detail::make_shape(table, columns,
                              text_rows(session.exec(detail::key_sql, {table.name})));
}

} // namespace

std::optional<std::string> canonical_name(Session& session, std::string const& identifier)
{
    try {
        auto const found = session.exec(name_sql, {identifier});
        if (found.empty()) return std::nullopt;
        return found[0][0].c_str();
    } catch (pqxx::sql_error const& e) {
        // to_regclass raises for text that is no identifier (42602, 42601) or names another
        // database (0A000).
        throw ConfigError("'" + identifier + "' is no table name: " + e.what() +
                          "; write it as in SQL, quoted where SQL needs it");
    }
}

KnownTable look_up(Session& session, Table const& table)
{
    auto const name = canonical_name(session, table.name);
    if (!name)
        throw ConfigError(table.name +
                          ": there is no such table; create it first, or name its schema");
    KnownTable known{.table = table, .shape = shape_of(session, table), .name = *name};
    if (known.shape.relkind != 'r' && known.shape.relkind != 'p')
        throw ConfigError(
            table.name +
            ": it is no ordinary or partitioned table; views and foreign tables are not walked");
    known.table = detail::fit(table, known.shape);
    for (auto const& row : session.exec(partition_key_sql, {*name})) {
        if (!row[0].is_null()) known.partition_key.emplace_back(row[0].c_str());
        known.partitioned_by_expression |= row[1].as<bool>();
    }
    return known;
}

std::vector<Leaf> leaves_of(Session& session, KnownTable const& known)
{
    std::vector<Leaf> leaves;
    for (auto const& row : session.exec(leaves_sql, {known.name})) {
        Table table = known.table;
        table.name = row[0].c_str();
        Leaf leaf{.shape = shape_of(session, table),
                  .oid = row[1].as<unsigned>(),
                  .filenode = row[2].as<unsigned>(),
                  .blocks = row[3].as<std::int64_t>(),
                  .rows = row[5].as<std::int64_t>()};
        if (!leaf.shape.heap || leaf.shape.relkind != 'r' || session.server_version() < 140000)
            throw ConfigError(
                table.name +
                ": it has no heap that can be walked in ranges of ctid (a foreign table, another "
                "access method, or a server before PostgreSQL 14), which this version cannot do "
                "yet");
        leaves.push_back(std::move(leaf));
    }
    return leaves;
}

} // namespace rowbot
