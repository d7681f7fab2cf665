// SPDX-License-Identifier: MIT
#include "schema/nesting.hpp"

#include <algorithm>

namespace rowbot::schema
{

bool same_word(std::string_view word, std::string_view lower_case)
{
    return std::equal(
        word.begin(), word.end(), lower_case.begin(), lower_case.end(),
        [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

void Nesting::add(Token const& token, std::string_view text)
{
    if (token.kind == Token::Kind::word) return add_word(text);
    if (head_ != Head::routine) head_ = Head::other;
    if (text == "(")
        ++parentheses_;
    else if (text == ")" && parentheses_ > 0)
        --parentheses_;
    before_ = text == "." ? Before::label : Before::other;
}

void Nesting::add_word(std::string_view word)
{
    if (head_ != Head::routine) return add_to_head(word);
    Before const before = before_;
    before_ = Before::other;
    if (parentheses_ > 0) return;
    if (same_word(word, "as"))
        before_ = Before::label;
    else if (blocks_ == 0 && same_word(word, "begin"))
        before_ = Before::begin;
    else if (before == Before::begin && same_word(word, "atomic"))
        blocks_ = 1;
    else if (blocks_ > 0 && before != Before::label && same_word(word, "case"))
        ++blocks_;
    else if (blocks_ > 0 && before != Before::label && same_word(word, "end"))
        --blocks_;
}

/// CREATE [OR REPLACE] {FUNCTION | PROCEDURE}
void Nesting::add_to_head(std::string_view word)
{
    bool const kind = same_word(word, "function") || same_word(word, "procedure");
    if (head_ == Head::create && same_word(word, "create"))
        head_ = Head::or_or_kind;
    else if (head_ == Head::or_or_kind && same_word(word, "or"))
        head_ = Head::replace;
    else if (head_ == Head::replace && same_word(word, "replace"))
        head_ = Head::kind;
    else if ((head_ == Head::or_or_kind || head_ == Head::kind) && kind)
        head_ = Head::routine;
    else
        head_ = Head::other;
}

} // namespace rowbot::schema
