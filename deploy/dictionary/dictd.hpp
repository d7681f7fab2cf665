// SPDX-License-Identifier: MIT
#pragma once

// Reads a dictionary in the format of dictd (dictd(8), dictfmt(1)): an index with one line a
// headword, `headword <tab> offset <tab> length`, and one long text that holds the articles.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dictionary
{

struct IndexLine {
    std::string_view headword;
    std::uint64_t offset = 0, length = 0; ///< In bytes of the uncompressed text.
};

/// None for metadata (headwords that begin with `00-`). Throws std::runtime_error for a line that
/// is no index line. The result points into the line.
std::optional<IndexLine> parse_index_line(std::string_view line);

/// The text with U+FFFD in place of each byte that is not part of valid UTF-8: PostgreSQL refuses
/// such text. None where nothing had to be replaced.
std::optional<std::string> repaired_utf8(std::string_view text);

} // namespace dictionary
