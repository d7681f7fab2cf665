// SPDX-License-Identifier: MIT
#pragma once

// Text for a terminal or a line of a log: names of tables and messages of errors are other people's
// and may hold line breaks and escape sequences.

#include <cstddef>
#include <string>
#include <string_view>

namespace rowbot::cli
{

/// The text with control characters written as \n, \t or \x1b.
std::string printable(std::string_view text);

/// How many characters (code points) the text has.
std::size_t length(std::string_view text);

/// At most `most` characters; what was cut is shown by an ellipsis.
std::string shortened(std::string_view text, std::size_t most);

/// `1,234,567`.
std::string grouped(long long number);

} // namespace rowbot::cli
