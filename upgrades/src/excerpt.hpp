// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace rowbot
{

/// A value as error messages show it: quoted, at most 80 characters, never half a UTF-8 sequence.
inline std::string excerpt(std::string_view text)
{
    std::size_t characters = 0, bytes = 0;
    while (bytes < text.size() && characters < 80) {
        do ++bytes;
        while (bytes < text.size() && (static_cast<unsigned char>(text[bytes]) & 0xC0U) == 0x80U);
        ++characters;
    }
    return "'" + std::string(text.substr(0, bytes)) + (bytes < text.size() ? "…'" : "'");
}

} // namespace rowbot
