// SPDX-License-Identifier: MIT
#include "schema/migration_files.hpp"

#include "schema/file_name.hpp"
#include "schema/hash.hpp"

#include <algorithm>
#include <array>
#include <fstream>

namespace rowbot::schema
{
namespace
{

namespace fs = std::filesystem;

std::string read(fs::path const& path)
{
    // Asked first: a folder can be opened, and a pipe would be waited for.
    if (std::error_code error; !fs::is_regular_file(path, error))
        throw ConfigError(path.string() + ": it is no file" +
                          (error ? " (" + error.message() + ")" : "") +
                          "; give it another suffix, or remove it");
    std::ifstream in(path, std::ios::binary);
    std::string text;
    for (std::array<char, 1U << 16U> part{}; in.read(part.data(), part.size()), in.gcount() > 0;)
        text.append(part.data(), static_cast<std::size_t>(in.gcount()));
    if (!in.is_open() || in.bad())
        throw ConfigError(path.string() +
                          ": it cannot be read; check its permissions and the disk");
    return text;
}

/// The names that count. In the order of bytes, as Node reads a folder: it decides which of two
/// files with one number comes first.
std::vector<std::string> list(fs::path const& directory)
{
    std::error_code error;
    std::vector<std::string> names;
    for (fs::directory_iterator entry(directory, error), end; !error && entry != end;
         entry.increment(error))
        if (auto name = entry->path().filename().string(); parse_file_name(name))
            names.push_back(std::move(name));
    if (error)
        throw ConfigError(directory.string() + ": the folder of the migrations cannot be read (" +
                          error.message() +
                          "); create it, or name the right one with --migrations");
    std::sort(names.begin(), names.end());
    return names;
}

MigrationFile describe(std::string const& file, FileName const& name)
{
    return {.id = name.id, .name = name.name, .file = file, .js = name.js};
}

void set_text(MigrationFile& file, std::string text)
{
    file.sql = std::move(text);
    file.hash = migration_hash(file.file, file.sql);
    file.markers = read_markers(file.sql);
    try {
        file.requirements = read_requirements(file.file, file.sql);
    } catch (ConfigError const&) {
        // Node ignores the comment: it may have applied the file, which can then not be corrected.
    }
}

void sort_and_check(std::vector<MigrationFile>& files)
{
    std::stable_sort(files.begin(), files.end(),
                     [](auto const& a, auto const& b) { return a.id < b.id; });
    int expected = 0;
    for (auto const& file : files)
        if (file.id != ++expected)
            throw ConfigError("Found a non-consecutive migration ID on file: '" + file.file +
                              "'; where it stands the number must be " + std::to_string(expected) +
                              ", because migrations count 1, 2, 3, …, each number once");
}

} // namespace

std::vector<MigrationFile> load_files(fs::path const& directory)
{
    std::vector<MigrationFile> files;
    for (auto const& name : list(directory))
        files.push_back(describe(name, parse_file_name(name).value()));
    sort_and_check(files);
    for (auto& file : files) {
        auto text = read(directory / file.file);
        if (!file.js) set_text(file, std::move(text));
        auto const rollback = directory / (file.file + ".rollback");
        if (std::error_code error; fs::exists(fs::symlink_status(rollback, error)))
            file.rollback_sql = read(rollback);
    }
    return files;
}

std::vector<MigrationFile> load_memory(std::vector<Migration> const& migrations)
{
    std::vector<MigrationFile> files;
    for (auto const& migration : migrations) {
        auto const name = parse_file_name(migration.file);
        if (!name)
            throw ConfigError("'" + migration.file +
                              "' is no name of a migration; call it as a file would be called, "
                              "3_add-sources.sql");
        if (migration.up && !migration.sql.empty())
            throw ConfigError(migration.file +
                              ": it has both a text and a function; leave out one of them");
        files.push_back(describe(migration.file, *name));
        files.back().js = false;
        set_text(files.back(), migration.sql);
        files.back().up = migration.up;
        files.back().rollback = migration.rollback;
    }
    sort_and_check(files);
    return files;
}

} // namespace rowbot::schema
