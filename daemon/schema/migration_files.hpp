// SPDX-License-Identifier: MIT
#pragma once

// The migrations of a folder or of the program, checked as far as that needs no database. What is
// wrong with a text is no error here, because it may have been applied long ago: see
// refuse_unrunnable().

#include "schema/markers.hpp"

#include <rowbot/migrate.hpp>

#include <filesystem>
#include <span>

namespace rowbot::schema
{

struct MigrationFile {
    int id = 0;
    std::string name{}; ///< `add-sources`
    std::string file{}; ///< `3_add-sources.sql`
    std::string sql{};  ///< As it is stored, valid or not; empty for a .js file and a function.
    std::string hash{}; ///< Empty for a .js file: it covers SQL that only Node can generate.
    bool js = false;
    Markers markers{};
    /// Empty also where refuse_unrunnable() would throw for a malformed one.
    std::vector<Requirement> requirements{};
    std::optional<std::string> rollback_sql{}; ///< From `3_add-sources.sql.rollback` beside it.
    std::function<void(Transaction&)> up{}, rollback{};
};

/// Sorted by id, which count from 1 without a hole; what has neither suffix is ignored, and an
/// empty folder is an empty list. Throws ConfigError for a folder that is not there, a name that
/// does not fit, a file that cannot be read, and numbers that are not consecutive.
std::vector<MigrationFile> load_files(std::filesystem::path const& directory);

/// The same for migrations of the program. The text of one called .js is the SQL that it generated
/// for Node: its hash is the same, and it can be run. Throws ConfigError also for one with both a
/// text and a function.
std::vector<MigrationFile> load_memory(std::vector<Migration> const& migrations);

/// Throws ConfigError for what must not be run: a .js file, invalid UTF-8, a NUL byte, a comment
/// for Rowbot that is malformed. An applied one with such a text is fine.
void refuse_unrunnable(MigrationFile const& file);

/// Throws ConfigError where a name is longer than its column, or not unique among the `pending` and
/// the `stored` ones, which would fail only after the SQL has run. Not for applied files: where a
/// whole file name was stored (postgres-migrations 1, the fork), `1_a.sql` and `2_a.sql` are fine.
void refuse_names(std::span<MigrationFile const> pending, std::span<std::string const> stored = {});

} // namespace rowbot::schema
