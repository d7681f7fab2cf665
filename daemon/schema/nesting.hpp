// SPDX-License-Identifier: MIT
#pragma once

// Where in a statement a semicolon does not end it: in parentheses (CREATE RULE … DO (…; …)), and
// in the body of a function between BEGIN ATOMIC and its END.

#include "schema/sql_lexer.hpp"

#include <string_view>

namespace rowbot::schema
{

/// A heuristic, as psql's: END closes, CASE opens another that END closes. Unlike psql's it takes
/// BEGIN only before ATOMIC, and neither CASE nor END after AS or a dot, where they are names.
class Nesting
{
public:
    /// Each token of the statement that is not blank, from its first.
    void add(Token const& token, std::string_view text);
    bool open() const noexcept { return parentheses_ > 0 || blocks_ > 0; }

private:
    enum class Head { create, or_or_kind, replace, kind, routine, other };
    enum class Before { other, begin, label };

    void add_word(std::string_view word);
    void add_to_head(std::string_view word);

    Head head_ = Head::create;
    Before before_ = Before::other;
    std::size_t parentheses_ = 0, blocks_ = 0;
};

/// ASCII only, as keywords are.
bool same_word(std::string_view word, std::string_view lower_case);

} // namespace rowbot::schema
