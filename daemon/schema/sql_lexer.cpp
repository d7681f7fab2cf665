// SPDX-License-Identifier: MIT
#include "schema/sql_lexer.hpp"

#include <algorithm>

// The rules are those of src/backend/parser/scan.l and of psql's copy, src/fe_utils/psqlscan.l;
// see also https://www.postgresql.org/docs/15/sql-syntax-lexical.html.

namespace rowbot::schema
{
namespace
{

// The vertical tab separates since PostgreSQL 16; before, it is an error anywhere.
bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool is_newline(char c)
{
    return c == '\n' || c == '\r';
}

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// Every byte beyond ASCII, whatever character it is part of.
bool starts_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}

bool continues_tag(char c)
{
    return starts_name(c) || is_digit(c);
}

bool continues_name(char c)
{
    return continues_tag(c) || c == '$';
}

} // namespace

std::size_t byte_order_mark(std::string_view text)
{
    return text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
}

Token SqlLexer::next()
{
    Token token{.begin = at_, .end = at_};
    if (at_ >= sql_.size()) return token;
    closed_ = true;
    token.kind = scan();
    token.end = at_;
    token.closed = closed_;
    return token;
}

char SqlLexer::peek(std::size_t ahead) const
{
    return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0';
}

template <typename Belongs> void SqlLexer::pass(Belongs belongs)
{
    while (at_ < sql_.size() && belongs(sql_[at_])) ++at_;
}

Token::Kind SqlLexer::scan()
{
    char const c = peek();
    if (is_space(c)) {
        pass(is_space);
        return Token::Kind::space;
    }
    // An operator ends where a comment begins, so that neither hides in one: `a+--b`, `2*/*…`.
    if (starts("--")) return line_comment();
    if (starts("/*")) return block_comment();
    if (c == '\'') return quoted('\'', false, Token::Kind::string);
    if (c == '"') return quoted('"', false, Token::Kind::quoted_name);
    if (c == '$') return scan_dollar();
    if (starts_name(c)) return scan_word();
    if (is_digit(c)) {
        // Letters that touch a number are part of it since 15 (0xFF, 1_000, or an error).
        pass(continues_tag);
        return Token::Kind::number;
    }
    if (c == '\\') {
        pass([](char other) { return !is_newline(other); });
        return Token::Kind::meta;
    }
    ++at_;
    return Token::Kind::symbol;
}

Token::Kind SqlLexer::scan_word()
{
    char const first = peek(), second = peek(1), third = peek(2);
    if ((first == 'e' || first == 'E') && second == '\'') {
        ++at_;
        return quoted('\'', true, Token::Kind::string);
    }
    if (std::string_view("bBnNxX").find(first) != std::string_view::npos && second == '\'') {
        ++at_;
        return quoted('\'', false, Token::Kind::string);
    }
    if ((first == 'u' || first == 'U') && second == '&' && (third == '\'' || third == '"')) {
        at_ += 2;
        return quoted(third, false, third == '"' ? Token::Kind::quoted_name : Token::Kind::string);
    }
    pass(continues_name);
    return Token::Kind::word;
}

/// $1, $$…$$, $tag$…$tag$, or a dollar by itself, which is an error.
Token::Kind SqlLexer::scan_dollar()
{
    std::size_t const begin = at_++;
    if (is_digit(peek())) {
        pass(continues_tag);
        return Token::Kind::number;
    }
    pass(continues_tag);
    if (peek() != '$') {
        at_ = begin + 1;
        return Token::Kind::symbol;
    }
    ++at_;
    // No tag has a dollar inside: a comparison stops before the next one, so this is linear.
    closed_ = close(sql_.substr(begin, at_ - begin));
    return Token::Kind::string;
}

Token::Kind SqlLexer::line_comment()
{
    pass([](char c) { return !is_newline(c); });
    return Token::Kind::comment;
}

Token::Kind SqlLexer::block_comment()
{
    std::size_t depth = 0;
    do {
        if (starts("/*")) {
            ++depth;
            at_ += 2;
        } else if (starts("*/")) {
            --depth;
            at_ += 2;
        } else {
            ++at_;
        }
    } while (depth > 0 && at_ < sql_.size());
    closed_ = depth == 0;
    return Token::Kind::comment;
}

/// From the opening quote. A doubled quote ends it and begins another at once, which is the same
/// to us, except that where backslashes count they go on counting.
Token::Kind SqlLexer::quoted(char quote, bool backslashes, Token::Kind kind)
{
    do {
        ++at_;
        closed_ = false;
        while (at_ < sql_.size() && !closed_) {
            if (backslashes && sql_[at_] == '\\')
                ++at_;
            else
                closed_ = sql_[at_] == quote;
            at_ = std::min(at_ + 1, sql_.size());
        }
    } while (closed_ && (peek() == quote || (backslashes && string_continues())));
    return kind;
}

/// Strings with a newline between them, and nothing else but spaces and line comments, are one; its
/// first quote decides about backslashes. Then this moves to the next opening quote.
bool SqlLexer::string_continues()
{
    std::size_t const end = at_;
    bool newline = false;
    for (; at_ < sql_.size() && (is_space(sql_[at_]) || starts("--")); ++at_) {
        if (sql_[at_] == '-') line_comment();
        newline = newline || is_newline(peek());
    }
    if (newline && peek() == '\'') return true;
    at_ = end;
    return false;
}

bool SqlLexer::close(std::string_view with)
{
    std::size_t const found = sql_.find(with, at_);
    at_ = found == std::string_view::npos ? sql_.size() : found + with.size();
    return found != std::string_view::npos;
}

} // namespace rowbot::schema
