// SPDX-License-Identifier: MIT
#pragma once

// SQL cut into tokens as PostgreSQL's own lexer cuts it, as far as it matters where a string, a
// comment or a name ends. Assumes standard_conforming_strings = on, the default since 9.1.

#include <cstddef>
#include <string_view>

namespace rowbot::schema
{

struct Token {
    enum class Kind {
        end,
        space,
        comment,
        word,        ///< A keyword or an unquoted name.
        quoted_name, ///< "…" or U&"…".
        string,      ///< '…' with or without a letter in front, or $tag$…$tag$.
        number,      ///< Also a parameter, $1.
        meta,        ///< A command to psql: from a backslash to the end of the line.
        symbol,      ///< Any other byte.
    };
    Kind kind = Kind::end;
    std::size_t begin = 0, end = 0;
    bool closed = true; ///< False where a string, name or comment lacks its end.
};

/// Whether it separates tokens and means nothing.
inline bool is_blank(Token const& token)
{
    return token.kind == Token::Kind::space || token.kind == Token::Kind::comment;
}

/// How many bytes of a byte order mark the text begins with: 3 or 0.
std::size_t byte_order_mark(std::string_view text);

/// In all, next() takes time linear in the text. The text must outlive it.
class SqlLexer
{
public:
    /// Passes over a byte order mark.
    explicit SqlLexer(std::string_view sql) : sql_(sql), at_(byte_order_mark(sql)) {}

    /// The next token; Kind::end for ever once there is none.
    Token next();
    std::string_view text(Token const& token) const
    {
        return sql_.substr(token.begin, token.end - token.begin);
    }
    void seek(std::size_t offset) { at_ = offset; }

private:
    char peek(std::size_t ahead = 0) const;
    bool starts(std::string_view what) const { return sql_.substr(at_).starts_with(what); }
    template <typename Belongs> void pass(Belongs belongs);
    Token::Kind scan();
    Token::Kind scan_word();
    Token::Kind scan_dollar();
    Token::Kind line_comment();
    Token::Kind block_comment();
    Token::Kind quoted(char quote, bool backslashes, Token::Kind kind);
    bool string_continues();
    bool close(std::string_view with);

    std::string_view sql_;
    std::size_t at_;
    bool closed_ = true;
};

} // namespace rowbot::schema
