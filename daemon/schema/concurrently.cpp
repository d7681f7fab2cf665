// SPDX-License-Identifier: MIT
#include "schema/concurrently.hpp"
#include "schema/sql_cursor.hpp"

namespace rowbot::schema
{
namespace
{

std::optional<std::string> name_at(SqlCursor& sql)
{
    std::string name = sql.take_name();
    if (name.empty()) return std::nullopt;
    return name;
}

/// CREATE [UNIQUE] INDEX CONCURRENTLY [[IF NOT EXISTS] name] ON [ONLY] table
std::optional<Concurrently> create_index(SqlCursor sql)
{
    sql.take("unique");
    if (!sql.take("index") || !sql.take("concurrently")) return std::nullopt;
    Concurrently found{.kind = Concurrently::Kind::create_index};
    if (sql.take("if")) found.if_not_exists = sql.take("not") && sql.take("exists");
    if (!sql.is("on")) found.index = name_at(sql);
    if (sql.take("on")) {
        sql.take("only");
        found.table = name_at(sql);
    }
    return found;
}

/// DROP INDEX CONCURRENTLY [IF EXISTS] name
std::optional<Concurrently> drop_index(SqlCursor sql)
{
    if (!sql.take("index") || !sql.take("concurrently")) return std::nullopt;
    if (sql.take("if")) sql.take("exists");
    return Concurrently{.kind = Concurrently::Kind::drop_index, .index = name_at(sql)};
}

/// REINDEX [(… CONCURRENTLY [boolean] …)] {INDEX | TABLE | SCHEMA | …} [CONCURRENTLY] name
std::optional<Concurrently> reindex(SqlCursor sql)
{
    bool concurrent = false;
    if (sql.take('(')) {
        while (!sql.at_end() && !sql.take(')')) {
            bool const option = sql.take("concurrently");
            if (!option) sql.advance();
            if (option) concurrent = !sql.is("false") && !sql.is("off") && sql.text() != "0";
        }
    }
    bool const index = sql.is("index"), table = sql.is("table");
    sql.advance();
    concurrent = sql.take("concurrently") || concurrent;
    if (!concurrent) return std::nullopt;
    Concurrently found{.kind = index ? Concurrently::Kind::reindex_index
                                     : Concurrently::Kind::reindex_all};
    if (index) found.index = name_at(sql);
    if (table) found.table = name_at(sql);
    return found;
}

/// ALTER TABLE [IF EXISTS] [ONLY] table DETACH PARTITION partition CONCURRENTLY
std::optional<Concurrently> detach_partition(SqlCursor sql)
{
    if (!sql.take("table")) return std::nullopt;
    if (sql.take("if")) sql.take("exists");
    sql.take("only");
    Concurrently found{.kind = Concurrently::Kind::detach_partition, .table = name_at(sql)};
    sql.take('*');
    if (!sql.take("detach") || !sql.take("partition")) return std::nullopt;
    found.partition = name_at(sql);
    if (!sql.is("concurrently")) return std::nullopt;
    return found;
}

} // namespace

std::optional<Concurrently> concurrently(std::string_view statement)
{
    SqlCursor sql(statement);
    if (sql.take("create")) return create_index(sql);
    if (sql.take("drop")) return drop_index(sql);
    if (sql.take("reindex")) return reindex(sql);
    if (sql.take("alter")) return detach_partition(sql);
    return std::nullopt;
}

} // namespace rowbot::schema
