// SPDX-License-Identifier: MIT
#pragma once

// The next migration of a folder, for `rowbot migrate new`.

#include "schema/migration_files.hpp"

namespace rowbot::schema
{

/// `0004_add-sources.sql`: padded with zeros as the numbers before it, with the separator of the
/// last file. Throws ConfigError for a name with other characters than letters and digits of ASCII,
/// hyphen and underscore, for one that is taken, and for one that is too long.
std::string next_file_name(std::span<MigrationFile const> files, std::string_view name);

/// Creates it, with a comment for a head, and returns its path; never overwrites a file. Throws
/// ConfigError as load_files() and next_file_name() do, and where it cannot be written.
std::filesystem::path create_file(std::filesystem::path const& directory, std::string_view name);

} // namespace rowbot::schema
