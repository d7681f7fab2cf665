// SPDX-License-Identifier: MIT
#include <rowbot/detail/shape.hpp>

#include "array_text.hpp"

namespace rowbot::detail
{
namespace
{

std::string doubled(std::string_view text, char quote)
{
    std::string out(1, quote);
    for (char const c : text) {
        if (c == quote) out += c;
        out += c;
    }
    return out + quote;
}

constexpr Setting settings[] = {
    {"TimeZone", "UTC"},         {"DateStyle", "ISO, YMD"}, {"IntervalStyle", "postgres"},
    {"extra_float_digits", "1"}, {"bytea_output", "hex"},   {"client_encoding", "UTF8"},
    {"lc_monetary", "C"},        {"xmloption", "content"},  {"array_nulls", "on"}};

} // namespace

std::span<Setting const> const row_settings{settings};

std::string quote_identifier(std::string_view name)
{
    return doubled(name, '"');
}

std::string quote_literal(std::string_view text)
{
    auto quoted = doubled(text, '\'');
    if (text.find('\\') == std::string_view::npos) return quoted;
    std::string escaped = "E";
    for (char const c : quoted) {
        if (c == '\\') escaped += c;
        escaped += c;
    }
    return escaped;
}

std::string name_array(std::span<std::string const> names)
{
    std::string sql = "ARRAY[";
    for (auto const& name : names) sql += (&name == names.data() ? "" : ",") + quote_literal(name);
    return sql + "]::text[]";
}

std::string array_parameter(std::vector<std::string> const& elements)
{
    return array_literal(elements);
}

std::string assigned(TableShape const& shape, std::size_t column, std::string const& input)
{
    auto const& detail = shape.details[column];
    if (detail.input_through_array)
        return "((('{' || '\"' || replace(replace(" + input +
               R"(, E'\\', E'\\\\'), '"', E'\\"') || '"}')::)" + detail.cast_type + "[])[1])";
    return input + "::" + detail.cast_type;
}

std::string unchanged(TableShape const& shape, std::size_t column, std::string const& old,
                      bool hashed)
{
    auto const name = "t." + quote_identifier(shape.name(column));
    // format('%L') calls the output function, which `::text` does not where the type has a cast of
    // its own to text; it also tells NULL from ''.
    if (shape.details[column].own_text_cast) {
        auto const text = "format('%L', " + name + ")";
        return hashed ? "sha256(convert_to(" + text + ", 'UTF8')) = " + old
                      : text + " COLLATE \"C\" = format('%L', " + old + ")";
    }
    // https://www.postgresql.org/docs/15/functions-binarystring.html: sha256 takes bytea.
    if (hashed) return "sha256(convert_to(" + name + "::text, 'UTF8')) IS NOT DISTINCT FROM " + old;
    return name + "::text COLLATE \"C\" IS NOT DISTINCT FROM " + old;
}

std::string key_matches(TableShape const& shape, std::span<std::string const> inputs)
{
    std::string sql;
    for (std::size_t i = 0; i < shape.key.size(); ++i)
        sql += (i > 0 ? " AND t." : "t.") + quote_identifier(shape.name(shape.key[i])) + " = " +
               assigned(shape, shape.key[i], inputs[i]);
    return sql;
}

std::string key_text(std::span<std::optional<std::string> const> values)
{
    if (values.size() == 1) return values.front().value_or("NULL");
    std::string text = "(";
    for (auto const& value : values) text += (text.size() > 1 ? ", " : "") + value.value_or("NULL");
    return text + ")";
}

std::vector<std::string> parse_names(std::optional<std::string> const& text)
{
    std::vector<std::string> names;
    if (text)
        for (auto& name : parse_array(*text))
            if (name) names.push_back(std::move(*name));
    return names;
}

} // namespace rowbot::detail
