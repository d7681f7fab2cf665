// SPDX-License-Identifier: MIT
#include "dictd.hpp"

#include <stdexcept>

namespace dictionary
{
namespace
{

/// dictd's base64 writes a number, the most significant digit first, not bytes.
std::uint64_t number(std::string_view digits)
{
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::uint64_t value = 0;
    for (char const digit : digits) {
        auto const at = alphabet.find(digit);
        if (at == alphabet.npos || value >> 58 != 0)
            throw std::runtime_error("'" + std::string(digits) + "' is no number of dictd's index");
        value = value * 64 + at;
    }
    return value;
}

/// The length of the valid character at the start of the text; 0 where there is none. The ranges
/// are those of the Unicode standard, table 3-7: no overlong forms, surrogates or values past
/// U+10FFFF.
std::size_t character_length(std::string_view text)
{
    auto const byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    auto const lead = byte(0);
    if (lead < 0x80) return 1;
    std::size_t const length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;

    auto const second_min = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    auto const second_max = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (byte(1) < second_min || byte(1) > second_max) return 0;
    for (std::size_t at = 2; at < length; ++at)
        if (byte(at) < 0x80 || byte(at) > 0xBF) return 0;
    return length;
}

} // namespace

std::optional<IndexLine> parse_index_line(std::string_view line)
{
    auto const first_tab = line.find('\t');
    auto const second_tab = first_tab == line.npos ? line.npos : line.find('\t', first_tab + 1);
    if (second_tab == line.npos)
        throw std::runtime_error("'" + std::string(line) + "' is no line of dictd's index");
    if (line.starts_with("00-")) return std::nullopt;
    return IndexLine{line.substr(0, first_tab),
                     number(line.substr(first_tab + 1, second_tab - first_tab - 1)),
                     number(line.substr(second_tab + 1))};
}

std::optional<std::string> repaired_utf8(std::string_view text)
{
    std::string repaired;
    bool found = false;
    while (!text.empty()) {
        auto const length = character_length(text);
        if (length == 0) {
            found = true;
            repaired += "\xEF\xBF\xBD";
        } else {
            repaired += text.substr(0, length);
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
    if (!found) return std::nullopt;
    return repaired;
}

} // namespace dictionary
