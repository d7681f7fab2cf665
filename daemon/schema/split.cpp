// SPDX-License-Identifier: MIT
#include "schema/split.hpp"
#include "schema/nesting.hpp"

#include <rowbot/migrate.hpp>

#include <algorithm>

namespace rowbot::schema
{
namespace
{

std::string what_lacks_its_end(Token const& token, std::string_view text)
{
    if (token.kind == Token::Kind::comment)
        return "the comment that begins here has no end; close it with */";
    if (token.kind == Token::Kind::quoted_name)
        return "the quoted name that begins here has no end; close it with \"";
    if (!text.starts_with('$')) return "the string that begins here has no end; close it with '";
    return "the string that begins here has no end; close it with " +
           std::string(text.substr(0, text.find('$', 1) + 1));
}

} // namespace

std::optional<Statement> Splitter::next()
{
    Nesting nesting;
    std::optional<std::size_t> begin;
    std::size_t end = 0;
    for (Token token = lexer_.next(); token.kind != Token::Kind::end; token = lexer_.next()) {
        at_ = token.end;
        if (!token.closed) note_unterminated(token);
        if (is_blank(token)) continue;
        bool const semicolon = lexer_.text(token) == ";" && !nesting.open();
        if (semicolon && begin) break;
        if (semicolon) continue;
        if (!begin) begin = token.begin;
        end = token.end;
        if (token.kind == Token::Kind::meta) break;
        nesting.add(token, lexer_.text(token));
    }
    if (!begin) return std::nullopt;
    Place const place = places_.find(*begin);
    return Statement{std::string(sql_.substr(*begin, end - *begin)), *begin, place.line,
                     place.column};
}

void Splitter::note_unterminated(Token const& token)
{
    unterminated_ = Unterminated{what_lacks_its_end(token, lexer_.text(token)), token.begin,
                                 line_and_column(sql_, token.begin)};
}

void Splitter::pass_copy_data()
{
    // What follows the semicolon on its line is SQL to psql, but nobody writes it.
    std::size_t line = sql_.find('\n', at_);
    while (line != std::string_view::npos) {
        std::size_t const begin = line + 1;
        line = sql_.find('\n', begin);
        std::string_view text = sql_.substr(begin, line - begin);
        if (text.ends_with('\r')) text.remove_suffix(1);
        if (text == "\\.") return lexer_.seek(std::min(line, sql_.size()));
    }
    lexer_.seek(sql_.size());
}

std::vector<Statement> split(std::string_view sql)
{
    std::vector<Statement> statements;
    Splitter splitter(sql);
    while (auto statement = splitter.next()) statements.push_back(std::move(*statement));
    auto const& open = splitter.unterminated();
    if (!open) return statements;
    auto const [line, column] = open->place;
    // An open comment is part of none.
    bool const inside = !statements.empty() &&
                        open->offset < statements.back().offset + statements.back().text.size();
    throw MigrationError(
        {.line = line, .column = column, .statement = inside ? statements.back().text : ""},
        "line " + std::to_string(line) + ", column " + std::to_string(column) + ": " + open->what);
}

} // namespace rowbot::schema
