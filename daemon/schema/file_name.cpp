// SPDX-License-Identifier: MIT
#include "schema/file_name.hpp"

#include "schema/utf8.hpp"

#include <rowbot/errors.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace rowbot::schema
{
namespace
{

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool ends_with_any_case(std::string_view text, std::string_view lower_case)
{
    return text.size() >= lower_case.size() &&
           std::equal(lower_case.rbegin(), lower_case.rend(), text.rbegin(),
                      [](char wanted, char c) {
                          return wanted == (c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
                      });
}

/// What `.` does not match in JavaScript: a name that holds one does not fit.
bool has_line_end(std::string_view text)
{
    constexpr std::array<std::string_view, 4> line_ends{"\n", "\r", "\u2028", "\u2029"};
    return std::any_of(line_ends.begin(), line_ends.end(), [&](std::string_view line_end) {
        return text.find(line_end) != std::string_view::npos;
    });
}

[[noreturn]] void refuse(std::string_view file, char const* why)
{
    throw ConfigError("'" + replace_invalid_utf8(file) + "' " + why);
}

int parse_id(std::string_view file, std::string_view digits)
{
    int id = 0;
    // Any number of leading zeros is fine: from_chars reads decimal, as Node's parseInt(…, 10).
    if (std::from_chars(digits.data(), digits.data() + digits.size(), id).ec != std::errc{})
        refuse(file, "has a number beyond all that a migration can have; they count 1, 2, 3, …");
    return id;
}

} // namespace

std::optional<FileName> parse_file_name(std::string_view file)
{
    bool const js = ends_with_any_case(file, ".js");
    if (!js && !ends_with_any_case(file, ".sql")) return std::nullopt;

    // ^(-?\d+)[-_]?(.*).(sql|js)$ without case: the unescaped dot before the suffix can only meet
    // the real one, because a file without it has been ignored above.
    auto const begin = file.begin();
    auto const sign = file.front() == '-' ? 1 : 0;
    auto const digits_end = std::find_if_not(begin + sign, file.end(), is_digit);
    if (digits_end == begin + sign)
        refuse(file, "does not begin with a number; write 3_add-sources.sql, or give a file that "
                     "is no migration another suffix");
    if (!is_utf8(file) || has_line_end(file))
        refuse(file, "has a character that a migration's name cannot have; write "
                     "3_add-sources.sql, with UTF-8 on one line");

    auto const id_size = static_cast<std::size_t>(digits_end - begin);
    auto name = file.substr(id_size, file.size() - id_size - (js ? 3 : 4));
    if (name.starts_with('-') || name.starts_with('_')) name.remove_prefix(1);
    return FileName{.id = parse_id(file, file.substr(0, id_size)),
                    .name = std::string(name.empty() ? file : name),
                    .js = js};
}

} // namespace rowbot::schema
