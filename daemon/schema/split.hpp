// SPDX-License-Identifier: MIT
#pragma once

// An SQL text cut into its statements, where psql would cut it. What psql does wrong and the server
// right, this does right: see tests/unit/split_corpus/README.md.

#include "schema/place.hpp"
#include "schema/sql_lexer.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rowbot::schema
{

struct Statement {
    /// As written, without the semicolon, and without the comments before and after it.
    std::string text{};
    std::size_t offset = 0;   ///< Of its first byte.
    int line = 1, column = 1; ///< Of the same; 1-based, in characters.
};

/// A string, name or comment that lacks its end.
struct Unterminated {
    std::string what{}; ///< `the string that begins here has no end`, …
    std::size_t offset = 0;
    Place place{};
};

/// The statements one by one; linear in the text, in all. The text must outlive it.
class Splitter
{
public:
    explicit Splitter(std::string_view sql) : sql_(sql), lexer_(sql), places_(sql) {}

    /// Empty statements are left out; the last needs no semicolon. A command to psql (`\i file`)
    /// ends the statement that it is in, or is one by itself.
    std::optional<Statement> next();
    /// Set together with the statement that it is in, the last.
    std::optional<Unterminated> const& unterminated() const noexcept { return unterminated_; }
    /// After `COPY … FROM STDIN;`: goes on behind the line `\.`, or at the end where there is none.
    void pass_copy_data();

private:
    void note_unterminated(Token const& token);

    std::string_view sql_;
    SqlLexer lexer_;
    PlaceFinder places_;
    std::size_t at_ = 0; ///< Where the last statement's semicolon ended.
    std::optional<Unterminated> unterminated_{};
};

/// All of them. Throws MigrationError, with line and column, where a string, a name or a comment
/// has no end.
std::vector<Statement> split(std::string_view sql);

} // namespace rowbot::schema
