// SPDX-License-Identifier: MIT
#include "schema/check_rules.hpp"
#include "schema/concurrently.hpp"
#include "schema/sql_cursor.hpp"

#include <algorithm>
#include <array>

namespace rowbot::schema
{
namespace
{

/// Within a transaction harmless, and elsewhere an error: SAVEPOINT, RELEASE, ROLLBACK TO, LOCK.
std::string needs_transaction(SqlCursor sql)
{
    if (sql.is("savepoint") || sql.is("release") || sql.is("lock")) return std::string(sql.text());
    if (!sql.take("rollback")) return {};
    if (!sql.take("work")) sql.take("transaction");
    return sql.is("to") ? "rollback to" : "";
}

/// The command's words where it begins or ends a transaction.
std::string transaction_control(SqlCursor sql)
{
    for (auto const word : {"begin", "commit", "end", "rollback", "abort"})
        if (sql.is(word)) return word;
    if (sql.take("start") && sql.is("transaction")) return "start transaction";
    if (sql.take("prepare") && sql.is("transaction")) return "prepare transaction";
    return {};
}

/// Of a subscription: it creates a replication slot unless told otherwise.
bool without_slot(SqlCursor sql)
{
    while (sql.find("with", "with") && sql.take("with")) {
        for (; !sql.at_end() && !sql.is(')'); sql.advance()) {
            if (!sql.take("create_slot") && !sql.take("connect")) continue;
            sql.take('=');
            auto const value = sql.text();
            if (sql.is("false") || sql.is("off") || value == "0" || value == "'false'") return true;
        }
    }
    return false;
}

using Head = std::array<char const*, 2>;

/// CREATE DATABASE and others that two words tell; the second may be empty.
constexpr std::array<Head, 10> outside_by_head{{{"vacuum", ""},
                                                {"create", "database"},
                                                {"drop", "database"},
                                                {"create", "tablespace"},
                                                {"drop", "tablespace"},
                                                {"alter", "system"},
                                                {"reindex", "schema"},
                                                {"reindex", "database"},
                                                {"reindex", "system"},
                                                {"create", "subscription"}}};

std::string runs_outside_only(SqlCursor const& statement)
{
    auto const says = [&statement](char const* first, char const* second) {
        SqlCursor sql = statement;
        if (!sql.take(first)) return false;
        if (sql.is('(')) sql.pass_parentheses(); // REINDEX (VERBOSE) SCHEMA
        return *second == '\0' || sql.is(second);
    };
    if (says("create", "subscription") && without_slot(statement)) return {};
    for (auto const [first, second] : outside_by_head)
        if (says(first, second)) return first + (*second != '\0' ? std::string(" ") + second : "");

    SqlCursor sql = statement;
    if (sql.take("cluster")) {
        sql.pass_parentheses();
        sql.take("verbose");
        return sql.at_end() ? "cluster without a table" : "";
    }
    sql = statement;
    if (says("alter", "database") && sql.find("set", "set") && sql.take("set"))
        return sql.is("tablespace") ? "alter database … set tablespace" : "";
    sql = statement;
    if (says("alter", "subscription") && sql.find("refresh", "refresh"))
        return "alter subscription … refresh publication";
    return {};
}

} // namespace

std::optional<Fault> check_transaction(std::string_view statement, bool in_transaction)
{
    SqlCursor const sql(statement);
    if (auto const word = needs_transaction(sql); !word.empty()) {
        if (in_transaction) return std::nullopt;
        return Fault{"'" + word +
                     "' needs a transaction, and this migration runs without one; put it into a "
                     "migration without the marker disable-transaction"};
    }
    auto const word = transaction_control(sql);
    if (word.empty()) return std::nullopt;
    if (in_transaction)
        return Fault{"'" + word +
                     "' interferes with the migration's own transaction, and could leave it half "
                     "applied; remove it"};
    return Fault{"'" + word +
                 "' makes a transaction in a migration that runs statement by statement; put what "
                 "belongs together into a migration without the marker disable-transaction"};
}

std::optional<Fault> check_outside(std::string_view statement, bool in_transaction)
{
    if (!in_transaction) return std::nullopt;
    auto word = runs_outside_only(SqlCursor(statement));
    if (word.empty() && concurrently(statement)) word = "concurrently";
    if (word.empty()) return std::nullopt;
    return Fault{"'" + word +
                 "' cannot run in a transaction; move it to a migration of its own with the line "
                 "-- postgres-migrations disable-transaction"};
}

} // namespace rowbot::schema
