// SPDX-License-Identifier: MIT
#include "cli/terminal_text.hpp"

#include <algorithm>

namespace rowbot::cli
{
namespace
{

void escape(unsigned char byte, std::string& out)
{
    constexpr char const* digits = "0123456789abcdef";
    if (byte == '\n')
        out += "\\n";
    else if (byte == '\r')
        out += "\\r";
    else if (byte == '\t')
        out += "\\t";
    else
        out.append("\\x").append(1, digits[byte / 16]).append(1, digits[byte % 16]);
}

bool continues(char c)
{
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

} // namespace

std::string printable(std::string_view text)
{
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        auto const byte = static_cast<unsigned char>(text[at]);
        auto const next = at + 1 < text.size() ? static_cast<unsigned char>(text[at + 1]) : 0;
        // U+0080 to U+009F are control characters too: U+009B begins an escape sequence.
        if (byte == 0xC2 && next >= 0x80 && next < 0xA0) {
            escape(byte, out);
            escape(static_cast<unsigned char>(text[++at]), out);
        } else if (byte < 0x20 || byte == 0x7F) {
            escape(byte, out);
        } else {
            out += text[at];
        }
    }
    return out;
}

std::size_t length(std::string_view text)
{
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return !continues(c); }));
}

std::string shortened(std::string_view text, std::size_t most)
{
    if (length(text) <= most) return std::string(text);
    if (most == 0) return {};
    std::size_t bytes = 0;
    for (std::size_t characters = 0; bytes < text.size(); ++bytes)
        if (!continues(text[bytes]) && characters++ == most - 1) break;
    return std::string(text.substr(0, bytes)) + "…";
}

std::string grouped(long long number)
{
    auto text = std::to_string(number);
    auto const digits = number < 0 ? 1U : 0U;
    for (auto at = text.size(); at > digits + 3;) text.insert(at -= 3, ",");
    return text;
}

} // namespace rowbot::cli
