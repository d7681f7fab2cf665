// SPDX-License-Identifier: MIT
#pragma once

// The hash that stands in the migrations table: SHA-1 of a file's name and its text, with nothing
// between. It tells an edited file from the one that was applied; it protects against nobody.

#include <string>
#include <string_view>

namespace rowbot::schema
{

/// Row 0 of the migrations table, which postgres-migrations writes when it creates the table, and
/// which every migration's name has to differ from.
inline constexpr std::string_view migration_zero_name = "create-migrations-table";
/// Its hash; ours too.
inline constexpr std::string_view migration_zero_hash = "e18db593bcde2aca2a408c4d1100f6abba2195df";
/// Its hash where the fork @mft/postgres-migrations 2.5 has created the table.
inline constexpr std::string_view migration_zero_hash_of_fork =
    "7105a0feedaffd38a549fae2fda91da4e40c9597";

bool is_migration_zero_hash(std::string_view hash) noexcept;

/// 40 hexadecimal digits for a file's name without its folder and its text as it is stored. Every
/// byte matters, but those that are no UTF-8 count as U+FFFD, because Node reads them so.
std::string migration_hash(std::string_view file, std::string_view contents);

/// Whether the text has this hash when all its lines end as Unix's do, or all as Windows' do: what
/// a checkout by git with another core.autocrlf changes. Compare the text as it is first: line ends
/// of both kinds in one text are not tried.
bool matches_but_for_line_endings(std::string_view file, std::string_view contents,
                                  std::string_view hash);

} // namespace rowbot::schema
