// SPDX-License-Identifier: MIT
#include "schema/sql_cursor.hpp"
#include "schema/nesting.hpp"

namespace rowbot::schema
{

bool SqlCursor::is(std::string_view keyword) const
{
    return token_.kind == Token::Kind::word && same_word(text(), keyword);
}

bool SqlCursor::is(char symbol) const
{
    return token_.kind == Token::Kind::symbol && text().front() == symbol;
}

bool SqlCursor::take(std::string_view keyword)
{
    bool const taken = is(keyword);
    if (taken) advance();
    return taken;
}

bool SqlCursor::take(char symbol)
{
    bool const taken = is(symbol);
    if (taken) advance();
    return taken;
}

void SqlCursor::advance()
{
    do token_ = lexer_.next();
    while (is_blank(token_));
}

void SqlCursor::pass_parentheses()
{
    if (!is('(')) return;
    std::size_t depth = 0;
    do {
        if (is('(')) ++depth;
        if (is(')')) --depth;
        advance();
    } while (depth > 0 && !at_end());
}

bool SqlCursor::find(std::string_view keyword, std::string_view other)
{
    while (!at_end() && !is(keyword) && !is(other)) {
        if (is('('))
            pass_parentheses();
        else
            advance();
    }
    return !at_end();
}

std::string SqlCursor::take_name()
{
    std::string name;
    bool escapes = false;
    do {
        if (!is_name()) return {};
        escapes = escapes || (token_.kind == Token::Kind::quoted_name && text().front() != '"');
        name += text();
        advance();
        if (is('.')) name += '.';
    } while (take('.'));
    return escapes ? std::string() : name;
}

bool SqlCursor::is_name() const
{
    return token_.kind == Token::Kind::word || token_.kind == Token::Kind::quoted_name;
}

} // namespace rowbot::schema
