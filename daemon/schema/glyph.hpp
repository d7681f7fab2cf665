// SPDX-License-Identifier: MIT
#pragma once

// What a terminal shows in one place, without asking the locale.

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace rowbot::schema
{

struct Glyph {
    std::string bytes{};   ///< What is to be shown; empty where that would harm.
    std::size_t width = 1; ///< In columns: 0 to 2.
};

/// The first character of a text that is not empty, and its bytes there. What is no UTF-8 becomes a
/// question mark, a byte at a time; a tab and other control characters become a space.
std::pair<Glyph, std::size_t> first_glyph(std::string_view text);

} // namespace rowbot::schema
