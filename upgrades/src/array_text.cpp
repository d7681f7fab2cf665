// SPDX-License-Identifier: MIT
#include "array_text.hpp"

#include <rowbot/errors.hpp>

namespace rowbot
{
namespace
{

struct Cursor {
    std::string_view text;
    std::size_t at = 0;

    char peek() const
    {
        if (at >= text.size()) throw Error("the array's text ends too early");
        return text[at];
    }
    char take()
    {
        char const c = peek();
        ++at;
        return c;
    }
};

std::string quoted_element(Cursor& cursor)
{
    std::string element;
    cursor.take();
    for (char c = cursor.take(); c != '"'; c = cursor.take())
        element += c == '\\' ? cursor.take() : c;
    return element;
}

std::optional<std::string> plain_element(Cursor& cursor, char delimiter)
{
    std::string element;
    bool escaped = false;
    while (cursor.peek() != delimiter && cursor.peek() != '}') {
        char c = cursor.take();
        if (c == '{') throw Error("it has more than one dimension; read it as std::string");
        if (c == '"') throw Error("a quotation mark inside an array element");
        if (c == '\\') {
            escaped = true;
            c = cursor.take();
        }
        element += c;
    }
    if (element.empty()) throw Error("an empty array element without quotation marks");
    if (element == "NULL" && !escaped) return std::nullopt;
    return element;
}

} // namespace

std::vector<std::optional<std::string>> parse_array(std::string_view text, char delimiter)
{
    // `[0:2]={a,b,c}`: an array whose index does not begin with 1.
    if (text.starts_with('[')) {
        auto const equals = text.find("]={");
        if (equals == std::string_view::npos)
            throw Error("it has more than one dimension; read it as std::string");
        text.remove_prefix(equals + 2);
    }
    Cursor cursor{text};
    if (cursor.take() != '{') throw Error("an array's text begins with {");
    std::vector<std::optional<std::string>> elements;
    if (cursor.peek() == '}') {
        cursor.take();
    } else {
        char separator = delimiter;
        while (separator == delimiter) {
            elements.push_back(cursor.peek() == '"' ? quoted_element(cursor)
                                                    : plain_element(cursor, delimiter));
            separator = cursor.take();
        }
        if (separator != '}')
            throw Error("an array's elements are separated by " + std::string(1, delimiter));
    }
    if (cursor.at != text.size()) throw Error("text after the array's end");
    return elements;
}

std::string quote_array_element(std::optional<std::string_view> element)
{
    if (!element) return "NULL";
    std::string quoted = "\"";
    for (char const c : *element) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return quoted + '"';
}

std::string array_literal(std::vector<std::string> const& elements)
{
    std::string literal = "{";
    for (auto const& element : elements) {
        if (literal.size() > 1) literal += ',';
        literal += quote_array_element(element);
    }
    return literal + '}';
}

} // namespace rowbot
