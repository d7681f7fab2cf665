// SPDX-License-Identifier: MIT
#include "schema/hash.hpp"
#include "schema/migration_files.hpp"
#include "schema/place.hpp"
#include "schema/utf8.hpp"

#include <map>

namespace rowbot::schema
{
namespace
{

constexpr std::size_t name_characters_max = 100; // varchar(100), which Node's library declares

void refuse_text(std::string const& file, std::string_view text)
{
    auto const refuse_at = [&](std::size_t offset, char const* what) {
        if (offset == std::string_view::npos) return;
        auto const line = line_and_column(text, offset).line;
        throw ConfigError(file + ":" + std::to_string(line) + ": " + what +
                          "; save the file as UTF-8");
    };
    // UTF-16 has both; that it is NUL bytes is the better hint.
    refuse_at(text.find('\0'), "a NUL byte, which PostgreSQL cannot take");
    refuse_at(first_invalid_utf8(text), "bytes that are not UTF-8");
}

} // namespace

void refuse_unrunnable(MigrationFile const& file)
{
    if (file.js)
        throw ConfigError(file.file +
                          ": a program for Node, which Rowbot cannot run; apply it with "
                          "postgres-migrations, or replace it by a .sql file with what it "
                          "generates");
    refuse_text(file.file, file.sql);
    if (file.rollback_sql) refuse_text(file.file + ".rollback", *file.rollback_sql);
    read_requirements(file.file, file.sql);
}

void refuse_names(std::span<MigrationFile const> pending, std::span<std::string const> stored)
{
    std::map<std::string_view, std::string> taken{{migration_zero_name, "the table's row 0"}};
    for (auto const& name : stored) taken.emplace(name, "another migration");
    for (auto const& file : pending) {
        if (auto const size = characters(file.name); size > name_characters_max)
            throw ConfigError(file.file + ": the name has " + std::to_string(size) +
                              " characters, and the migrations table takes " +
                              std::to_string(name_characters_max) + "; rename the file");
        auto const [other, is_new] = taken.emplace(file.name, "'" + file.file + "'");
        if (!is_new)
            throw ConfigError(file.file + ": the name '" + file.name + "' is taken by " +
                              other->second + "; rename the file");
    }
}

} // namespace rowbot::schema
