// SPDX-License-Identifier: MIT
#include "schema/check_rules.hpp"
#include "schema/nesting.hpp"
#include "schema/sql_cursor.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace rowbot::schema
{
namespace
{

template <std::size_t size>
bool is_one_of(std::string_view word, std::array<char const*, size> const& words)
{
    return std::any_of(words.begin(), words.end(),
                       [word](char const* other) { return same_word(word, other); });
}

constexpr std::array advisory_locks{"pg_advisory_lock",      "pg_advisory_lock_shared",
                                    "pg_try_advisory_lock",  "pg_try_advisory_lock_shared",
                                    "pg_advisory_unlock",    "pg_advisory_unlock_shared",
                                    "pg_advisory_unlock_all"};

constexpr std::array falses{"false", "'false'", "'f'", "'off'", "'no'", "'n'", "'0'"};

/// Others store what they say, and run it later or never: CREATE VIEW, CREATE FUNCTION, …
constexpr std::array runs_expressions{"(",      "select", "with",    "values", "insert", "update",
                                      "delete", "merge",  "explain", "call",   "copy"};

/// The name without its quotes, where they change nothing.
std::string_view bare(std::string_view name)
{
    bool const quoted = name.size() > 2 && name.front() == '"' && name.back() == '"';
    return quoted ? name.substr(1, name.size() - 2) : name;
}

/// The tokens before the present one.
struct Before {
    std::string_view schema{}, dot{}, function{};
    std::size_t offset = 0; ///< Of the function's name.

    /// The function that an opening parenthesis calls; empty where it is not PostgreSQL's own.
    std::string_view called() const
    {
        bool const own = dot == "." && !same_word(bare(schema), "pg_catalog");
        return own ? std::string_view() : bare(function);
    }
    void add(SqlCursor const& sql)
    {
        schema = std::exchange(dot, std::exchange(function, sql.text()));
        offset = sql.token().begin;
    }
};

/// Parentheses or brackets that are open.
struct Open {
    bool set_config = false;
    std::size_t offset = 0; ///< Of the function's name.
    std::size_t argument = 1;
    bool is_local = false; ///< This argument is named so.

    /// Whether the token says that the setting is not local: as the third argument, or by name.
    bool sets_for_session(SqlCursor const& sql)
    {
        if (sql.is(',')) {
            ++argument;
            is_local = false;
        }
        is_local = is_local || sql.is("is_local");
        return set_config && (argument == 3 || is_local) && is_one_of(sql.text(), falses);
    }
};

} // namespace

std::optional<Fault> check_calls(std::string_view statement, bool)
{
    SqlCursor sql(statement);
    if (!is_one_of(sql.text(), runs_expressions)) return std::nullopt;
    Before before;
    std::vector<Open> open;
    for (; !sql.at_end(); sql.advance()) {
        auto const function = sql.is('(') ? before.called() : std::string_view();
        if (is_one_of(function, advisory_locks))
            return Fault{"'" + std::string(function) +
                             "' changes locks of the session, which holds the lock of this run; "
                             "use pg_advisory_xact_lock, or remove it",
                         before.offset};
        if (sql.is('(') || sql.is('['))
            open.push_back({same_word(function, "set_config"), before.offset});
        else if (!open.empty() && (sql.is(')') || sql.is(']')))
            open.pop_back();
        else if (!open.empty() && open.back().sets_for_session(sql))
            return Fault{"'set_config(…, false)' stays in the session, for later migrations and "
                         "for the record of this; say true, or remove it",
                         open.back().offset};
        before.add(sql);
    }
    return std::nullopt;
}

} // namespace rowbot::schema
