// SPDX-License-Identifier: MIT
#include "schema/check_rules.hpp"
#include "schema/sql_cursor.hpp"

namespace rowbot::schema
{
namespace
{

enum class Copy { none, from_client, to_client };

Copy copy_of(SqlCursor sql)
{
    if (!sql.take("copy") || !sql.find("from", "to")) return Copy::none;
    bool const from = sql.is("from");
    sql.advance();
    // PostgreSQL takes either word for either direction.
    if (!sql.is("stdin") && !sql.is("stdout")) return Copy::none;
    return from ? Copy::from_client : Copy::to_client;
}

/// `\connect` of `\connect other_database`.
std::string_view command_of(std::string_view meta)
{
    return meta.substr(0, meta.find_first_of(" \t\f\v"));
}

} // namespace

bool is_copy_from_client(std::string_view statement)
{
    return copy_of(SqlCursor(statement)) == Copy::from_client;
}

std::optional<Fault> check_client(std::string_view statement, bool)
{
    SqlCursor sql(statement);
    Copy const copy = copy_of(sql);
    if (copy == Copy::from_client)
        return Fault{"'copy … from stdin' needs psql to send the data; use insert, or load it "
                     "with a program"};
    if (copy == Copy::to_client)
        return Fault{"'copy … to stdout' has nobody to read the data; remove it"};
    // It is the last token, if there is one.
    for (; !sql.at_end(); sql.advance())
        if (sql.token().kind == Token::Kind::meta)
            return Fault{"'" + std::string(command_of(sql.text())) +
                             "' is a command to psql and no SQL; write what it does as SQL, or "
                             "remove it",
                         sql.token().begin};
    return std::nullopt;
}

} // namespace rowbot::schema
