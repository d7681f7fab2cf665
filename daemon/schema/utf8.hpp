// SPDX-License-Identifier: MIT
#pragma once

// UTF-8 as Node reads it: bytes that are none become U+FFFD, and nothing else is touched.

#include <cstddef>
#include <string>
#include <string_view>

namespace rowbot::schema
{

bool is_utf8(std::string_view text) noexcept;

/// The offset of the first byte that is not valid UTF-8, or npos.
std::size_t first_invalid_utf8(std::string_view text) noexcept;

/// Each longest beginning of a sequence that cannot go on becomes one U+FFFD, as the decoder of
/// https://encoding.spec.whatwg.org/#utf-8-decoder does it; a byte order mark stays.
std::string replace_invalid_utf8(std::string_view text);

/// How many characters PostgreSQL counts in valid UTF-8.
std::size_t characters(std::string_view text) noexcept;

} // namespace rowbot::schema
