// SPDX-License-Identifier: MIT
#include "schema/check_rules.hpp"
#include "schema/sql_cursor.hpp"

#include <array>

namespace rowbot::schema
{
namespace
{

constexpr auto in_connection = "; give the connection options='-c name=value' instead";

/// `SET SESSION AUTHORIZATION` → `set session authorization`; one word of any other setting.
std::string setting_name(SqlCursor sql)
{
    for (auto const [first, second] :
         {std::array{"session", "authorization"}, std::array{"session", "characteristics"},
          std::array{"time", "zone"}, std::array{"xml", "option"}}) {
        SqlCursor words = sql;
        if (words.take(first) && words.is(second)) return std::string(first) + " " + second;
    }
    if (!sql.take("session")) sql.take("local");
    return sql.take_name();
}

std::optional<Fault> check_set(SqlCursor sql, bool in_transaction)
{
    // Both are the transaction's, and end with it.
    if (sql.is("transaction") || sql.is("constraints")) return std::nullopt;
    if (sql.is("local")) {
        if (in_transaction) return std::nullopt;
        return Fault{std::string("'set local' has no effect outside a transaction, and this "
                                 "migration runs without one") +
                     in_connection};
    }
    auto const name = setting_name(sql);
    std::string const stays =
        "'set " + name + "' stays in the session, for later migrations and for the record of this";
    if (!in_transaction) return Fault{stays + in_connection};
    if (name == "session characteristics") return Fault{stays + "; use set transaction"};
    return Fault{stays + "; use set local " + name};
}

} // namespace

std::optional<Fault> check_session(std::string_view statement, bool in_transaction)
{
    SqlCursor sql(statement);
    if (sql.take("set")) return check_set(sql, in_transaction);
    if (sql.take("reset")) {
        auto const name = setting_name(sql);
        return Fault{"'reset " + name + "' also undoes what this program has set; " +
                     (in_transaction ? "use set local " + name + " to default" : "remove it")};
    }
    if (sql.is("discard") || sql.is("listen") || sql.is("unlisten"))
        return Fault{"'" + std::string(sql.text()) +
                     "' changes the session, which is used for other migrations too; remove it"};
    return std::nullopt;
}

} // namespace rowbot::schema
