// SPDX-License-Identifier: MIT
#pragma once

// Names of tables and upgrades in options and arguments: `article`, `article/image-width`,
// `"Weird Table"."sélect"/image-width`. Between double quotes, space, comma, = and / mean
// themselves, as in an SQL identifier. A table is named as its Table::name is written.

#include <rowbot/worker.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace rowbot::cli
{

/// What an argument `TABLE[/UPGRADE]` names.
struct Target {
    std::string table{};
    std::string upgrade{}; ///< Empty: the whole table.
};

/// Throws ConfigError for an empty name and for a quotation mark without its other half.
Target parse_target(std::string_view text);

/// One element of an option that takes values for tables and upgrades: `500`, `article=200`.
struct ScopedText {
    std::string scope{}; ///< Empty: everywhere.
    std::string value{};
};

/// The elements of a list, separated by spaces or commas. Throws ConfigError as parse_target does.
std::vector<ScopedText> parse_scoped_list(std::string_view text);

/// Throws ConfigError where an option has a value for a table or a name that is not registered: a
/// misspelt limit would limit nothing.
void check_scopes(WorkerOptions const& options, std::vector<Table> const& tables);

} // namespace rowbot::cli
