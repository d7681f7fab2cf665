// SPDX-License-Identifier: MIT
#pragma once

// Where something is in a text, for people: line and column, and the line itself with a marker.

#include <cstddef>
#include <string>
#include <string_view>

namespace rowbot::schema
{

struct Place {
    int line = 1, column = 1; ///< 1-based; the column counts characters, a tab is one.
    bool operator==(Place const&) const = default;
};

/// Finds places from the begin of a text to its end; linear in the text, in all. "\n", "\r" and
/// "\r\n" end a line. A byte order mark and what continues a UTF-8 character count as nothing.
class PlaceFinder
{
public:
    /// The text must outlive it.
    explicit PlaceFinder(std::string_view text);
    /// Of a byte of the text, or of its end. No offset may be less than the one before.
    Place find(std::size_t offset);

private:
    std::string_view text_;
    std::size_t at_;
    Place place_{};
};

/// The same, once.
Place line_and_column(std::string_view text, std::size_t offset);

/// The byte offset of a character as PostgreSQL counts them in an error's position: from 1, and a
/// byte order mark is one. Beyond the end, the end.
std::size_t offset_of_character(std::string_view text, std::size_t position);

/// The line of that offset and below it a line with `^` under the place; no newline at the end.
/// Longer lines are cut around the place, with `…`, to `columns` of a terminal. Control characters
/// become spaces.
std::string excerpt(std::string_view text, std::size_t offset, std::size_t columns = 78);

} // namespace rowbot::schema
