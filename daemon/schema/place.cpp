// SPDX-License-Identifier: MIT
#include "schema/place.hpp"
#include "schema/sql_lexer.hpp"

#include <algorithm>

namespace rowbot::schema
{
namespace
{

bool continues(char c)
{
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

} // namespace

PlaceFinder::PlaceFinder(std::string_view text) : text_(text), at_(byte_order_mark(text)) {}

Place PlaceFinder::find(std::size_t offset)
{
    for (std::size_t const end = std::min(offset, text_.size()); at_ < end; ++at_) {
        char const c = text_[at_];
        bool const carriage_return_before_newline =
            c == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n';
        if (c == '\n' || (c == '\r' && !carriage_return_before_newline))
            place_ = {.line = place_.line + 1, .column = 1};
        else if (!continues(c))
            ++place_.column;
    }
    return place_;
}

Place line_and_column(std::string_view text, std::size_t offset)
{
    return PlaceFinder(text).find(offset);
}

std::size_t offset_of_character(std::string_view text, std::size_t position)
{
    std::size_t at = 0;
    for (std::size_t characters = 1; at < text.size() && characters < position; ++characters) do
            ++at;
        while (at < text.size() && continues(text[at]));
    return at;
}

} // namespace rowbot::schema
