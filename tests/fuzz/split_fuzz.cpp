// SPDX-License-Identifier: MIT

// Feeds the splitter and the checks of migrations anything. From the repository's root, with clang:
//   cmake -S . -B build/fuzz -G Ninja -DCMAKE_CXX_COMPILER=clang++ -DROWBOT_FUZZ=ON
//   ninja -C build/fuzz split_fuzz && mkdir -p build/fuzz/found
//   build/fuzz/tests/fuzz/split_fuzz -dict=tests/fuzz/sql.dict -max_total_time=300 -timeout=5
//       -max_len=65536 build/fuzz/found tests/unit/split_corpus     (all on one line)

#include "schema/check_sql.hpp"
#include "schema/concurrently.hpp"

#include <rowbot/migrate.hpp>

#include <cstdint>
#include <cstdlib>

using namespace rowbot::schema;

namespace
{

void require(bool condition)
{
    if (!condition) std::abort();
}

/// Nothing but what separates: white space, comments, semicolons.
void require_gap(std::string_view gap)
{
    SqlLexer lexer(gap);
    for (Token token = lexer.next(); token.kind != Token::Kind::end; token = lexer.next())
        require(is_blank(token) || lexer.text(token) == ";");
}

void check_statements(std::string_view sql, std::vector<Statement> const& statements)
{
    std::size_t end = 0;
    PlaceFinder places(sql);
    for (auto const& statement : statements) {
        require(statement.offset >= end && !statement.text.empty());
        require(sql.substr(statement.offset, statement.text.size()) == statement.text);
        require_gap(sql.substr(end, statement.offset - end));
        require(places.find(statement.offset) == Place{statement.line, statement.column});
        end = statement.offset + statement.text.size();
    }
    require_gap(sql.substr(end));
}

/// What was one statement is one, also by itself.
void check_again(std::vector<Statement> const& statements)
{
    for (auto const& statement : statements) {
        if (byte_order_mark(statement.text) > 0) continue; // a name there, but not at a begin
        auto const again = split(statement.text);
        require(again.size() == 1 && again[0].text == statement.text);
        concurrently(statement.text);
    }
}

void check_findings(std::string_view sql, bool in_transaction)
{
    std::size_t offset = 0;
    for (auto const& finding : check_sql(sql, in_transaction)) {
        require(finding.offset >= offset && finding.offset <= sql.size());
        require(line_and_column(sql, finding.offset) == Place{finding.line, finding.column});
        require(!finding.what.empty());
        offset = finding.offset;
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string_view const sql(reinterpret_cast<char const*>(data), size);
    try {
        auto const statements = split(sql);
        check_statements(sql, statements);
        check_again(statements);
    } catch (rowbot::MigrationError const& error) {
        require(error.where().line > 0 && error.where().column > 0);
        require(!check_sql(sql, true).empty()); // it is said there too
    }
    check_findings(sql, true);
    check_findings(sql, false);
    for (std::size_t const offset : {std::size_t{0}, size / 2, size}) {
        auto const shown = excerpt(sql, offset);
        require(shown.ends_with('^') && shown.find('\n') == shown.rfind('\n'));
        require(offset_of_character(sql, offset) <= size);
    }
    return 0;
}
