// SPDX-License-Identifier: MIT
#pragma once

#include <rowbot/row.hpp>

namespace rowbot
{

/// Parses JSON text. Throws Error for malformed text, more than 512 levels of nesting (deeper text
/// would overflow the stack when it is written again) and a number that a double or a 64-bit
/// integer cannot hold without changing its value.
Json parse_json(std::string_view text);

/// Writes JSON as PostgreSQL's jsonb shows it (keys by length, then bytes; numbers without
/// exponent), so that a later upgrade of the same row reads the very text that it would read once
/// stored. Throws Error for what jsonb cannot hold: NaN, infinity, a NUL character, invalid UTF-8,
/// over 512 levels.
std::string jsonb_text(Json const& value);

/// Writes JSON for a json column, which keeps the text as it is. Throws Error as jsonb_text does,
/// except for a NUL character, for which json has an escape.
std::string json_text(Json const& value);

} // namespace rowbot
