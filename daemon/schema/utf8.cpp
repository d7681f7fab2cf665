// SPDX-License-Identifier: MIT
#include "schema/utf8.hpp"

#include <algorithm>

namespace rowbot::schema
{
namespace
{

/// What the text begins with: a whole character, or the bytes that one U+FFFD stands for.
struct Sequence {
    std::size_t bytes = 1;
    bool valid = false;
};

/// How many bytes follow a first byte, and the range of the next one: it is narrower than 80..BF
/// where overlong forms, surrogates and what lies beyond U+10FFFF would begin.
struct Lead {
    std::size_t following = 0;
    unsigned char low = 0x80, high = 0xBF;
};

Lead lead_of(unsigned char first)
{
    if (first >= 0xC2 && first <= 0xDF) return {1};
    if (first == 0xE0) return {2, 0xA0};
    if (first == 0xED) return {2, 0x80, 0x9F};
    if (first >= 0xE1 && first <= 0xEF) return {2};
    if (first == 0xF0) return {3, 0x90};
    if (first == 0xF4) return {3, 0x80, 0x8F};
    if (first >= 0xF1 && first <= 0xF3) return {3};
    return {};
}

Sequence first_sequence(std::string_view text)
{
    auto const first = static_cast<unsigned char>(text.front());
    if (first < 0x80) return {1, true};
    auto [following, low, high] = lead_of(first);
    if (following == 0) return {1, false};
    for (std::size_t at = 1; at <= following; ++at) {
        if (at == text.size()) return {at, false};
        auto const byte = static_cast<unsigned char>(text[at]);
        if (byte < low || byte > high) return {at, false};
        low = 0x80;
        high = 0xBF;
    }
    return {following + 1, true};
}

} // namespace

std::size_t first_invalid_utf8(std::string_view text) noexcept
{
    for (std::size_t at = 0; at < text.size();) {
        auto const [bytes, valid] = first_sequence(text.substr(at));
        if (!valid) return at;
        at += bytes;
    }
    return std::string_view::npos;
}

bool is_utf8(std::string_view text) noexcept
{
    return first_invalid_utf8(text) == std::string_view::npos;
}

std::string replace_invalid_utf8(std::string_view text)
{
    std::string replaced;
    replaced.reserve(text.size());
    while (!text.empty()) {
        auto const [bytes, valid] = first_sequence(text);
        replaced += valid ? text.substr(0, bytes) : "\uFFFD";
        text.remove_prefix(bytes);
    }
    return replaced;
}

std::size_t characters(std::string_view text) noexcept
{
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

} // namespace rowbot::schema
