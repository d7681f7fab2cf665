// SPDX-License-Identifier: MIT
#include "schema/markers.hpp"

#include "schema/place.hpp"
#include "schema/sql_lexer.hpp"

#include <rowbot/errors.hpp>

#include <algorithm>
#include <optional>

namespace rowbot::schema
{
namespace
{

constexpr std::string_view disable_transaction = "-- postgres-migrations disable-transaction";
constexpr std::string_view disable_hash_check = "-- postgres-migrations disable-hash-check";

std::string_view trim(std::string_view text)
{
    auto const begin = std::min(text.find_first_not_of(" \t\v\f"), text.size());
    return text.substr(begin, text.find_last_not_of(" \t\v\f") + 1 - begin);
}

bool starts_with_any_case(std::string_view text, std::string_view lower_case)
{
    return text.size() >= lower_case.size() &&
           std::equal(lower_case.begin(), lower_case.end(), text.begin(), [](char wanted, char c) {
               return wanted == (c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
           });
}

/// Wider than what is right, so that `--- Rowbot require …` is an error and not a remark.
bool is_meant_for_us(std::string_view comment)
{
    comment.remove_prefix(std::min(comment.find_first_not_of("-* \t"), comment.size()));
    if (!starts_with_any_case(comment, "rowbot")) return false;
    auto const rest = trim(comment.substr(6));
    return rest.starts_with(':') || starts_with_any_case(rest, "require");
}

/// The list behind `rowbot: requires`.
std::optional<std::string_view> list_of(std::string_view comment)
{
    if (!comment.starts_with("rowbot:")) return std::nullopt;
    comment = trim(comment.substr(7));
    if (!comment.starts_with("requires")) return std::nullopt;
    comment.remove_prefix(8);
    return trim(comment).size() < comment.size() ? std::optional(trim(comment)) : std::nullopt;
}

/// Whether it is what an Upgrade may be called.
bool is_upgrade_name(std::string_view name)
{
    return !name.empty() && name.size() <= 63 && name.front() != '-' &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
           });
}

/// `article`, `public.article`, `"Weird Table"."sélect"`.
bool is_table_name(std::string_view name)
{
    SqlLexer lexer(name);
    auto const identifier = [&] {
        auto const token = lexer.next();
        bool const quoted = token.kind == Token::Kind::quoted_name && name[token.begin] == '"' &&
                            token.end - token.begin > 2;
        return token.closed && (quoted || token.kind == Token::Kind::word);
    };
    if (!identifier()) return false;
    auto const next = lexer.next();
    if (next.kind == Token::Kind::end) return true;
    return lexer.text(next) == "." && identifier() && lexer.next().kind == Token::Kind::end;
}

/// Takes what stands before the next comma off the front; a quoted name may hold commas itself.
std::string_view take_element(std::string_view& list)
{
    bool quoted = false;
    auto const comma = std::find_if(list.begin(), list.end(), [&](char c) {
        quoted = quoted != (c == '"');
        return c == ',' && !quoted;
    });
    auto const size = static_cast<std::size_t>(comma - list.begin());
    auto const element = list.substr(0, size);
    list.remove_prefix(std::min(size + 1, list.size()));
    return trim(element);
}

/// False where the comment is not understood.
bool read_list(std::string_view comment, int line, std::vector<Requirement>& found)
{
    auto const list = list_of(comment);
    if (!list || list->empty() || list->back() == ',') return false;
    for (auto rest = *list; !rest.empty();) {
        auto const element = take_element(rest);
        auto const slash = element.rfind('/'); // an upgrade's name holds none, a table's may
        if (slash == std::string_view::npos || !is_table_name(element.substr(0, slash)) ||
            !is_upgrade_name(element.substr(slash + 1)))
            return false;
        found.push_back(
            {std::string(element.substr(0, slash)), std::string(element.substr(slash + 1)), line});
    }
    return true;
}

/// Where the first thing stands that is neither comment nor white space.
std::size_t header_end(std::string_view sql)
{
    SqlLexer lexer(sql);
    auto token = lexer.next();
    while (is_blank(token)) token = lexer.next();
    return token.begin;
}

} // namespace

Markers read_markers(std::string_view sql)
{
    Markers markers;
    auto const at = sql.find(disable_transaction);
    markers.disable_transaction = at != std::string_view::npos;
    markers.disable_transaction_in_header = markers.disable_transaction && at < header_end(sql);
    markers.disable_hash_check = sql.find(disable_hash_check) != std::string_view::npos;
    return markers;
}

std::vector<Requirement> read_requirements(std::string_view file, std::string_view sql)
{
    std::vector<Requirement> found;
    SqlLexer lexer(sql);
    PlaceFinder places(sql);
    for (auto token = lexer.next(); token.kind != Token::Kind::end; token = lexer.next()) {
        if (token.kind != Token::Kind::comment) continue;
        auto const text = lexer.text(token);
        if (!is_meant_for_us(text.substr(2))) continue;
        auto const line = places.find(token.begin).line;
        if (!text.starts_with("--") || !read_list(trim(text.substr(2)), line, found))
            throw ConfigError(std::string(file) + ":" + std::to_string(line) + ": '" +
                              std::string(trim(text.substr(0, text.find('\n')))) +
                              "' is not understood; write '-- rowbot: requires TABLE/UPGRADE', "
                              "several with commas between them");
    }
    return found;
}

} // namespace rowbot::schema
