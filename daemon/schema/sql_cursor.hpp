// SPDX-License-Identifier: MIT
#pragma once

// Reads a statement word by word, past white space and comments. Cheap to copy: a copy looks ahead.

#include "schema/sql_lexer.hpp"

#include <string>
#include <string_view>

namespace rowbot::schema
{

class SqlCursor
{
public:
    /// Stands on the first token that is not blank. The text must outlive it.
    explicit SqlCursor(std::string_view sql) : lexer_(sql) { advance(); }

    bool at_end() const { return token_.kind == Token::Kind::end; }
    Token const& token() const { return token_; }
    std::string_view text() const { return lexer_.text(token_); }

    /// Whether it stands on this keyword (given in lower case), or this symbol.
    bool is(std::string_view keyword) const;
    bool is(char symbol) const;
    /// The same, and goes on if so.
    bool take(std::string_view keyword);
    bool take(char symbol);
    void advance();
    /// Goes past `(…)`, if it stands on one.
    void pass_parentheses();
    /// Goes to the next keyword outside of parentheses that is one of two; false at the end.
    bool find(std::string_view keyword, std::string_view other);

    /// Goes past a name, `a` or `b."C"`, and returns it as written, without what is blank; empty
    /// where it stands on none, or on one with Unicode escapes.
    std::string take_name();

private:
    bool is_name() const;

    SqlLexer lexer_;
    Token token_{};
};

} // namespace rowbot::schema
