// SPDX-License-Identifier: MIT
#include "schema/server_error.hpp"

#include "schema/glyph.hpp"
#include "store/session.hpp"

#include <algorithm>
#include <charconv>
#include <sstream>

namespace rowbot::schema
{
namespace
{

constexpr std::string_view ellipsis = "...";

std::string_view line_at(std::string_view text, int number)
{
    for (; number > 1; --number) {
        auto const end = text.find('\n');
        if (end == std::string_view::npos) return {};
        text.remove_prefix(end + 1);
    }
    return text.substr(0, text.find('\n'));
}

/// The byte of `text` that a terminal shows in that column, from 0.
std::size_t byte_at_column(std::string_view text, std::size_t column)
{
    std::size_t at = 0;
    while (at < text.size() && column > 0) {
        auto const [glyph, bytes] = first_glyph(text.substr(at));
        column -= std::min(column, glyph.width);
        at += bytes;
    }
    return at;
}

/// `shown` is `LINE 3: …piece…`, `caret` the line below it.
std::optional<std::size_t> offset_of_caret(std::string_view shown, std::string_view caret,
                                           std::string_view statement)
{
    int number = 0;
    auto const colon = shown.find(": ");
    auto const digits = shown.find_first_of("0123456789");
    if (colon == std::string_view::npos || digits > colon) return std::nullopt;
    std::from_chars(shown.data() + digits, shown.data() + colon, number);
    auto const line = line_at(statement, number);
    if (line.data() == nullptr) return std::nullopt;

    auto piece = shown.substr(colon + 2);
    auto const mark = caret.find('^');
    if (mark == std::string_view::npos || mark < colon + 2) return std::nullopt;
    auto byte = byte_at_column(piece, mark - (colon + 2));
    std::size_t begin = 0;
    if (piece.starts_with(ellipsis)) { // cut on its left: look where the rest stands
        std::string plain(line);
        std::replace(plain.begin(), plain.end(), '\t', ' ');
        piece.remove_prefix(ellipsis.size());
        byte -= std::min(byte, ellipsis.size());
        if (piece.ends_with(ellipsis)) piece.remove_suffix(ellipsis.size());
        begin = plain.find(piece);
        if (begin == std::string::npos) return std::nullopt;
    }
    return static_cast<std::size_t>(line.data() - statement.data()) + begin + byte;
}

std::string field(std::string_view line, std::string_view name)
{
    return std::string(
        line.substr(std::min(line.size(), line.find_first_not_of(' ', name.size()))));
}

std::string with_fields(ServerMessage const& message)
{
    std::string text = message.text;
    if (!message.detail.empty()) text += "\ndetail: " + message.detail;
    if (!message.hint.empty()) text += "\nhint: " + message.hint;
    if (!message.context.empty()) text += "\ncontext: " + message.context;
    return text;
}

} // namespace

ServerMessage parse_server_message(std::string_view message, std::string_view statement)
{
    ServerMessage parsed;
    std::string* current = &parsed.text;
    std::istringstream lines{std::string(message)};
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("LINE ")) {
            std::string caret;
            std::getline(lines, caret);
            parsed.offset = offset_of_caret(line, caret, statement);
            continue;
        }
        auto const begin = [&](std::string_view name, std::string& target) {
            if (!line.starts_with(name)) return false;
            target = field(line, name);
            current = &target;
            return true;
        };
        if (begin("ERROR:", parsed.text) || begin("FATAL:", parsed.text) ||
            begin("DETAIL:", parsed.detail) || begin("HINT:", parsed.hint) ||
            begin("CONTEXT:", parsed.context) || begin("QUERY:", parsed.context))
            continue;
        *current += (current->empty() ? "" : "\n") + line;
    }
    return parsed;
}

MigrationError migration_error(MigrationFile const& file, Statement const& statement,
                               pqxx::sql_error const& error, std::string const& kept)
{
    auto const message = parse_server_message(error.what(), statement.text);
    auto const offset = statement.offset + message.offset.value_or(0);
    auto const place = line_and_column(file.sql, offset);
    return MigrationError({.file = file.file,
                           .line = place.line,
                           .column = place.column,
                           .statement = statement.text,
                           .sqlstate = error.sqlstate(),
                           .detail = message.detail,
                           .hint = message.hint},
                          file.file + ":" + std::to_string(place.line) + ":" +
                              std::to_string(place.column) + ": SQLSTATE " + error.sqlstate() +
                              ": " + with_fields(message) + "\n" + excerpt(file.sql, offset) +
                              "\n(" + kept + ")");
}

MigrationError function_error(MigrationFile const& file, std::exception_ptr const& error)
{
    try {
        std::rethrow_exception(error);
    } catch (pqxx::sql_error const& e) {
        auto const message = parse_server_message(e.what(), e.query());
        return MigrationError({.file = file.file,
                               .statement = e.query(),
                               .sqlstate = e.sqlstate(),
                               .detail = message.detail,
                               .hint = message.hint},
                              file.file + ": SQLSTATE " + e.sqlstate() + ": " +
                                  with_fields(message) + "\n(rolled back, nothing of it was kept)");
    } catch (std::exception const& e) {
        return MigrationError({.file = file.file}, file.file + ": " + e.what() +
                                                       "\n(rolled back, nothing of it was kept)");
    } catch (...) {
        return MigrationError({.file = file.file},
                              file.file + ": it threw something that is no std::exception\n(rolled "
                                          "back, nothing of it was kept)");
    }
}

bool is_in_the_way(std::exception_ptr const& error)
{
    try {
        std::rethrow_exception(error);
#if PQXX_VERSION_MAJOR < 7
    } catch (pqxx::transaction_rollback const&) { // no sql_error in 6.4
        return true;
#endif
    } catch (pqxx::sql_error const& e) {
        return e.sqlstate() == "55P03" || e.sqlstate() == "40P01";
    } catch (...) {
        return false;
    }
}

} // namespace rowbot::schema
