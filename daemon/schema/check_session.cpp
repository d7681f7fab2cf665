// SPDX-License-Identifier: MIT
#include "schema/check_rules.hpp"
#include "schema/nesting.hpp"
#include "schema/sql_cursor.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace rowbot::schema
{
namespace
{

constexpr auto in_connection = "; give the connection options=-c name=value instead";

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

/// Whether the call's arguments, from the opening parenthesis, say that the setting is not local:
/// the third of them, or the one named is_local.
bool sets_for_session(SqlCursor sql)
{
    constexpr std::array falses{"false", "'false'", "'f'", "'off'", "'no'", "'n'", "'0'"};
    std::size_t argument = 1, depth = 0;
    for (bool named = false; !sql.at_end(); sql.advance()) {
        if (sql.is('(') || sql.is('[')) ++depth;
        if ((sql.is(')') || sql.is(']')) && --depth == 0) return false;
        if (depth != 1) continue;
        if (sql.is(',')) {
            named = false;
            ++argument;
        }
        if (sql.is("is_local")) named = true;
        bool const no = std::any_of(falses.begin(), falses.end(), [&sql](char const* word) {
            return same_word(sql.text(), word);
        });
        if (no && (named || argument == 3)) return true;
    }
    return false;
}

bool is_advisory_lock(std::string_view function)
{
    constexpr std::array names{"pg_advisory_lock",      "pg_advisory_lock_shared",
                               "pg_try_advisory_lock",  "pg_try_advisory_lock_shared",
                               "pg_advisory_unlock",    "pg_advisory_unlock_shared",
                               "pg_advisory_unlock_all"};
    return std::any_of(names.begin(), names.end(),
                       [function](char const* name) { return same_word(function, name); });
}

std::string fault_of_call(std::string_view function, SqlCursor const& arguments)
{
    if (same_word(function, "set_config") && sets_for_session(arguments))
        return "'set_config(…, false)' stays in the session, for later migrations and for the "
               "record of this; say true, or remove it";
    if (is_advisory_lock(function))
        return "'" + std::string(function) +
               "' changes locks of the session, which holds the lock of this run; use "
               "pg_advisory_xact_lock, or remove it";
    return {};
}

/// Others store what they say, and run it later or never: CREATE VIEW, CREATE FUNCTION, …
bool runs_expressions(SqlCursor const& sql)
{
    constexpr std::array words{"select", "with",  "values",  "insert", "update",
                               "delete", "merge", "explain", "call",   "copy"};
    return sql.is('(') || std::any_of(words.begin(), words.end(),
                                      [&sql](char const* word) { return sql.is(word); });
}

/// The name without its quotes, where they change nothing.
std::string_view bare(std::string_view name)
{
    bool const quoted = name.size() > 2 && name.front() == '"' && name.back() == '"';
    return quoted ? name.substr(1, name.size() - 2) : name;
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

std::optional<Fault> check_calls(std::string_view statement, bool)
{
    SqlCursor sql(statement);
    if (!runs_expressions(sql)) return std::nullopt;
    // The last three tokens: schema, dot, function.
    Token schema, dot, function;
    for (; !sql.at_end(); sql.advance()) {
        auto const text = [statement](Token const& token) {
            return statement.substr(token.begin, token.end - token.begin);
        };
        bool const own = text(dot) == "." && !same_word(bare(text(schema)), "pg_catalog");
        if (sql.is('(') && !own)
            if (auto what = fault_of_call(bare(text(function)), sql); !what.empty())
                return Fault{std::move(what), function.begin};
        schema = std::exchange(dot, std::exchange(function, sql.token()));
    }
    return std::nullopt;
}

} // namespace rowbot::schema
