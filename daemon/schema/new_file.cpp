// SPDX-License-Identifier: MIT
#include "schema/new_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>

namespace rowbot::schema
{
namespace
{

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool is_letter_or_digit(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

void check_name(std::string_view name)
{
    if (name.empty() || !is_letter_or_digit(name.front()) ||
        !std::all_of(name.begin(), name.end(),
                     [](char c) { return is_letter_or_digit(c) || c == '-' || c == '_'; }))
        throw ConfigError("'" + std::string(name) +
                          "' cannot be the name of a migration; write letters, digits, - and _, "
                          "without number and suffix: add-sources");
}

std::string_view digits_of(std::string_view file)
{
    return file.substr(0, std::min(file.find_first_not_of("0123456789"), file.size()));
}

/// The digits of the widest number that begins with a zero; the others show no width.
std::size_t width(std::span<MigrationFile const> files)
{
    std::size_t width = 0;
    for (auto const& file : files)
        if (auto const digits = digits_of(file.file); digits.starts_with('0'))
            width = std::max(width, digits.size());
    return width;
}

std::string_view separator(std::span<MigrationFile const> files, std::string_view name)
{
    if (files.empty()) return "_";
    auto const& last = files.back();
    auto const rest = std::string_view(last.file).substr(digits_of(last.file).size());
    if (rest.starts_with('-')) return "-";
    bool const none = !rest.starts_with('_') && last.name != last.file && !is_digit(name.front());
    return none ? "" : "_";
}

/// Takes care not to spell out a marker of postgres-migrations, which would count here.
constexpr std::string_view head = "-- Why:\n"
                                  "-- This runs once, in a transaction; after that, write another "
                                  "migration instead of editing it.\n\n";

[[noreturn]] void refuse(std::filesystem::path const& path, int error)
{
    throw ConfigError(path.string() + ": it cannot be written (" +
                      std::generic_category().message(error) + ")");
}

void write_new(std::filesystem::path const& path, std::string_view text)
{
    // x is O_EXCL: somebody else's file of that name stays as it is.
    auto* const file = std::fopen(path.c_str(), "wxe");
    if (file == nullptr) refuse(path, errno);
    bool const written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
    if (std::fclose(file) == 0 && written) return;
    int const error = errno;
    std::remove(path.c_str());
    refuse(path, error);
}

} // namespace

std::string next_file_name(std::span<MigrationFile const> files, std::string_view name)
{
    check_name(name);
    auto number = std::to_string(files.size() + 1);
    number.insert(0, width(files) - std::min(width(files), number.size()), '0');
    auto file = number.append(separator(files, name)).append(name) + ".sql";

    std::vector<std::string> taken;
    for (auto const& other : files) taken.push_back(other.name);
    refuse_names(std::vector{MigrationFile{.name = std::string(name), .file = file}}, taken);
    return file;
}

std::filesystem::path create_file(std::filesystem::path const& directory, std::string_view name)
{
    auto path = directory / next_file_name(load_files(directory), name);
    write_new(path, head);
    return path;
}

} // namespace rowbot::schema
