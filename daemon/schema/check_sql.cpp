// SPDX-License-Identifier: MIT
#include "schema/check_sql.hpp"
#include "schema/check_rules.hpp"

#include <algorithm>
#include <array>

namespace rowbot::schema
{
namespace
{

constexpr std::array rules{check_client, check_transaction, check_session, check_outside,
                           check_calls};

Finding about_file(Place place, std::size_t offset, std::string what)
{
    return {.line = place.line, .column = place.column, .offset = offset, .what = std::move(what)};
}

/// What PostgreSQL cannot be sent, wherever it is in the text.
void check_bytes(std::string_view sql, std::vector<Finding>& findings)
{
    if (byte_order_mark(sql) > 0)
        findings.push_back(about_file(
            {}, 0,
            "the file begins with a byte order mark, which PostgreSQL takes for a part of the "
            "first word; save it as UTF-8 without one"));
    std::size_t const zero = sql.find('\0');
    if (zero != std::string_view::npos)
        findings.push_back(about_file(line_and_column(sql, zero), zero,
                                      "here is a zero byte, where PostgreSQL stops to read; save "
                                      "the file as UTF-8 without it"));
}

/// The statements come in their order, so that `places` reads the text once.
void check_statement(Statement const& statement, bool in_transaction, PlaceFinder& places,
                     std::vector<Finding>& findings)
{
    for (auto const rule : rules) {
        auto fault = rule(statement.text, in_transaction);
        if (!fault) continue;
        std::size_t const offset = statement.offset + fault->offset;
        auto const [line, column] = places.find(offset);
        findings.push_back({line, column, offset, statement.text, std::move(fault->what)});
        return;
    }
}

} // namespace

std::vector<Finding> check_sql(std::string_view sql, bool in_transaction)
{
    std::vector<Finding> findings;
    check_bytes(sql, findings);
    Splitter splitter(sql);
    PlaceFinder places(sql);
    std::optional<Statement> last;
    while (auto statement = splitter.next()) {
        if (splitter.unterminated()) {
            last = std::move(statement);
            break;
        }
        check_statement(*statement, in_transaction, places, findings);
        if (is_copy_from_client(statement->text)) splitter.pass_copy_data();
    }
    if (auto const& open = splitter.unterminated()) {
        findings.push_back(about_file(open->place, open->offset, open->what));
        if (last) findings.back().statement = last->text;
    }
    std::stable_sort(findings.begin(), findings.end(),
                     [](Finding const& a, Finding const& b) { return a.offset < b.offset; });
    return findings;
}

} // namespace rowbot::schema
