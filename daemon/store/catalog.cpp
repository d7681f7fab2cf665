// SPDX-License-Identifier: MIT
#include "store/catalog.hpp"

#include <algorithm>

namespace rowbot
{
namespace
{

constexpr char const* name_sql =
    "SELECT format('%I.%I', n.nspname, c.relname), c.relkind FROM pg_catalog.pg_class c "
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
WHERE c.relkind <> 'p')sql";

detail::TableShape shape_of(Session& session, Table const& table)
{
    auto const columns = text_rows(session.exec(detail::shape_sql, {table.name}));
    return detail::make_shape(table, columns,
                              text_rows(session.exec(detail::key_sql, {table.name})));
}

struct Relation {
    std::string name;
    char kind;
};

std::optional<Relation> relation(Session& session, std::string const& identifier)
{
    try {
        auto const found = session.exec(name_sql, {identifier});
        if (found.empty()) return std::nullopt;
        return Relation{found[0][0].c_str(), *found[0][1].c_str()};
    } catch (pqxx::insufficient_privilege const& e) {
        throw ConfigError(identifier + ": it cannot be looked up: " + message_of(e) +
                          "; grant this role USAGE on its schema");
    } catch (pqxx::sql_error const& e) {
        // to_regclass raises for text that is no identifier (42602, 42601) or names another
        // database (0A000).
        throw ConfigError("'" + identifier + "' is no table name: " + message_of(e) +
                          "; write it as in SQL, quoted where SQL needs it");
    }
}

/// A condition that PostgreSQL does not take would stop each batch. CASE, because `true) OR (true`
/// is no condition although it stands well between parentheses.
void check_condition(Session& session, Table const& table, std::string const& name)
{
    if (table.where.empty()) return;
    try {
        session.exec("SELECT FROM " + name + " AS t WHERE CASE WHEN " + table.where +
                     " THEN true END LIMIT 0");
    } catch (pqxx::insufficient_privilege const&) {
        // The rights are looked at by themselves.
    } catch (pqxx::sql_error const& e) {
        throw ConfigError(table.name + ": Table::where is no condition that PostgreSQL takes: " +
                          message_of(e) + "; correct it: " + table.where);
    }
}

} // namespace

std::optional<std::string> canonical_name(Session& session, std::string const& identifier)
{
    auto const found = relation(session, identifier);
    return found ? std::optional(found->name) : std::nullopt;
}

std::string table_name(Session& session, std::string const& identifier)
{
    auto const found = relation(session, identifier);
    if (!found)
        throw ConfigError(identifier +
                          ": there is no such table; create it first, or name its schema");
    if (found->kind != 'r' && found->kind != 'p')
        throw ConfigError(
            identifier +
            ": it is no ordinary or partitioned table; views and foreign tables are not walked");
    return found->name;
}

KnownTable look_up(Session& session, Table const& table)
{
    auto const name = table_name(session, table.name);
    KnownTable known{.table = table, .shape = shape_of(session, table), .name = name};
    known.table = detail::fit(table, known.shape);
    check_condition(session, table, name);
    return known;
}

std::vector<KnownTable> look_up(Session& session, std::vector<Table> const& tables)
{
    std::vector<KnownTable> found;
    for (auto const& table : tables) {
        found.push_back(look_up(session, table));
        for (auto other = found.begin(); other + 1 != found.end(); ++other)
            if (other->name == found.back().name)
                throw ConfigError("'" + other->table.name + "' and '" + table.name +
                                  "' are the same table, " + other->name +
                                  "; put their upgrades into one Table");
    }
    return found;
}

std::vector<Leaf> leaves_of(Session& session, KnownTable const& known)
{
    // Asking for a table's size locks it for a moment: with our lock_timeout.
    Work work(session, Purpose::read);
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
    std::sort(leaves.begin(), leaves.end(),
              [](auto const& a, auto const& b) { return a.shape.qualified < b.shape.qualified; });
    work.commit();
    return leaves;
}

} // namespace rowbot
