// SPDX-License-Identifier: MIT
#include "float8_text.hpp"

#include <charconv>
#include <cmath>

namespace rowbot
{
namespace
{

/// Whether the text lies within the numbers that round to this double, not on their border: what is
/// a little more and a little less must round to it too.
bool strictly_inside(std::string const& text, double value)
{
    auto const e = text.find('e');
    auto digits = text.substr(0, e);
    if (digits.back() == '0') return false; // a shorter text that was refused already
    auto const reads_back = [&](std::string const& more) {
        auto const decimal = more + text.substr(e);
        double read{};
        std::from_chars(decimal.data(), decimal.data() + decimal.size(), read);
        return read == value;
    };
    std::string const point = digits.find('.') == std::string::npos ? "." : "";
    // No decimal of 17 digits is nearer to a border without being on it.
    if (!reads_back(digits + point + std::string(60, '0') + '1')) return false;
    --digits.back();
    return reads_back(digits + point + std::string(60, '9'));
}

/// The fewest digits that read back as this double, with an exponent. Unlike std::to_chars,
/// PostgreSQL does not take a decimal that lies just between two doubles (src/common/d2s.c,
/// acceptBounds). There are such decimals of at most 17 digits above 2^53 alone.
std::string shortest(double value)
{
    char buffer[64];
    auto* end =
        std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
    std::string text(buffer, end);
    if (std::abs(value) <= 9007199254740992.0) return text;
    auto const point = text.find('.');
    for (auto places = point == std::string::npos ? 0
                                                  : static_cast<int>(text.find('e') - point) - 1;
         places < 17 && !strictly_inside(text, value); ++places) {
        end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific,
                            places)
                  .ptr;
        text.assign(buffer, end);
    }
    return text;
}

} // namespace

std::string float8_text(double value)
{
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
    auto text = shortest(value);
    int exponent = 0;
    auto const e = text.find('e') + (text[text.find('e') + 1] == '+' ? 2 : 1);
    std::from_chars(text.data() + e, text.data() + text.size(), exponent);
    // PostgreSQL changes to an exponent below 1e-4 and from 1e15 on (src/common/d2s.c,
    // to_chars_df).
    if (exponent < -4 || exponent >= 15) return text;
    char buffer[64];
    auto const fixed =
        std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed);
    return {buffer, fixed.ptr};
}

} // namespace rowbot
