// SPDX-License-Identifier: MIT
#include "schema/glyph.hpp"

#include <algorithm>
#include <array>

namespace rowbot::schema
{
namespace
{

using Range = std::pair<char32_t, char32_t>;

/// Of two columns: East Asian Width W and F, by blocks, https://www.unicode.org/reports/tr11/.
constexpr std::array<Range, 11> wide{{{0x1100, 0x115F},
                                      {0x2E80, 0x303E},
                                      {0x3041, 0xA4CF},
                                      {0xA960, 0xA97F},
                                      {0xAC00, 0xD7A3},
                                      {0xF900, 0xFAFF},
                                      {0xFE30, 0xFE6F},
                                      {0xFF00, 0xFF60},
                                      {0xFFE0, 0xFFE6},
                                      {0x1F300, 0x1FAFF},
                                      {0x20000, 0x3FFFD}}};
/// Of none: combining marks, joiners, signs of direction, variation selectors, a byte order mark.
constexpr std::array<Range, 8> without_width{{{0x0300, 0x036F},
                                              {0x200B, 0x200F},
                                              {0x202A, 0x202E},
                                              {0x2060, 0x206F},
                                              {0x20D0, 0x20FF},
                                              {0xFE00, 0xFE0F},
                                              {0xFE20, 0xFE2F},
                                              {0xFEFF, 0xFEFF}}};

template <std::size_t size> bool among(std::array<Range, size> const& ranges, char32_t c)
{
    return std::any_of(ranges.begin(), ranges.end(),
                       [c](Range const& range) { return c >= range.first && c <= range.second; });
}

std::size_t width_of(char32_t c)
{
    if (among(without_width, c)) return 0;
    return among(wide, c) ? 2 : 1;
}

/// How many bytes a character that begins so should have; 0 where none begins so.
std::size_t length_of(unsigned char first)
{
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first < 0xE0) return 2;
    if (first >= 0xE0 && first < 0xF0) return 3;
    return first >= 0xF0 && first < 0xF5 ? 4 : 0;
}

} // namespace

std::pair<Glyph, std::size_t> first_glyph(std::string_view text)
{
    auto const byte = [text](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    std::size_t const length = length_of(byte(0));
    if (length == 0 || length > text.size()) return {{.bytes = "?"}, 1};
    char32_t c = length == 1 ? byte(0) : byte(0) & (0xFFU >> (length + 1));
    for (std::size_t at = 1; at < length; ++at) {
        if ((byte(at) & 0xC0U) != 0x80U) return {{.bytes = "?"}, 1};
        c = c << 6U | (byte(at) & 0x3FU);
    }
    if (c < 0x20 || (c >= 0x7F && c < 0xA0)) return {{.bytes = " "}, length};
    // Signs of direction would turn the rest of the line around, and the marker is elsewhere then.
    if ((c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069)) return {{.width = 0}, length};
    return {{.bytes = std::string(text.substr(0, length)), .width = width_of(c)}, length};
}

} // namespace rowbot::schema
