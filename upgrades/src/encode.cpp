// SPDX-License-Identifier: MIT
#include <rowbot/detail/encode.hpp>

#include "array_text.hpp"
#include "excerpt.hpp"
#include "float8_text.hpp"
#include "json_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace rowbot
{
namespace
{

template <class... F> struct Overload : F... {
    using F::operator()...;
};
template <class... F> Overload(F...) -> Overload<F...>;

Json json_of(PatchValue const& value)
{
    return std::visit(Overload{[](std::nullptr_t) { return Json(); },
                               [](JsonNull) { return Json(); },
                               [](std::shared_ptr<Json const> const& json) { return Json(*json); },
                               [](PatchValue::Array const& array) {
                                   Json json = Json::array();
                                   for (auto const& element : array)
                                       json.push_back(json_of(element));
                                   return json;
                               },
                               [](auto const& scalar) { return Json(scalar); }},
                      value.content());
}

std::string_view trimmed(std::string_view text)
{
    auto const space = " \t\n\r\v\f";
    auto const begin = text.find_first_not_of(space);
    return begin == std::string_view::npos
               ? ""
               : text.substr(begin, text.find_last_not_of(space) + 1 - begin);
}

/// Reads the whole text as a number.
template <class T> std::errc read_number(std::string_view text, T& number)
{
    auto const end = text.data() + text.size();
    auto const [after, error] = std::from_chars(text.data(), end, number);
    return error == std::errc{} && after != end ? std::errc::invalid_argument : error;
}

std::string boolean_text(std::string const& text)
{
    std::string lower(trimmed(text));
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    auto const prefix_of = [&](std::string_view word) {
        return !lower.empty() && word.starts_with(lower);
    };
    if (prefix_of("true") || prefix_of("yes") || lower == "on" || lower == "1") return "t";
    if (prefix_of("false") || prefix_of("no") || lower == "of" || lower == "off" || lower == "0")
        return "f";
    return text;
}

/// Refuses what is out of range here already: a reader would see it, and storing it would fail.
std::string integer_text(std::string const& text, ColumnType const& type)
{
    auto digits = trimmed(text);
    if (digits.starts_with('+')) digits.remove_prefix(1);
    std::int64_t number{};
    auto const error = read_number(digits, number);
    if (error == std::errc::invalid_argument || text.find("+-") != std::string::npos) return text;
    auto const bits = type.name == "smallint" ? 15 : type.name == "integer" ? 31 : 63;
    if (error == std::errc{} &&
        (bits == 63 || (number >= -(std::int64_t{1} << bits) && number < std::int64_t{1} << bits)))
        return std::to_string(number);
    throw Error("the number " + excerpt(digits) + " does not fit the type " + type.name);
}

std::string float8_column_text(std::string const& text)
{
    auto digits = trimmed(text);
    if (digits.starts_with('+') && !digits.starts_with("+-")) digits.remove_prefix(1);
    double number{};
    return read_number(digits, number) == std::errc{} ? float8_text(number) : text;
}

/// What the column will show for this input text; text that we do not know is left to PostgreSQL.
std::string canonical(std::string const& text, ColumnType const& type)
{
    if (type.kind == TypeKind::boolean) return boolean_text(text);
    if (type.kind == TypeKind::integer) return integer_text(text, type);
    // Of real and of domains no upgrade reads what an earlier one wrote: see fit().
    if (type.name == "double precision") return float8_column_text(text);
    return text;
}

std::string bool_text(bool value, ColumnType const& type)
{
    if (type.kind == TypeKind::boolean) return value ? "t" : "f";
    std::string text = value ? "true" : "false";
    if (type.kind == TypeKind::integer || type.kind == TypeKind::real ||
        type.kind == TypeKind::numeric)
        throw Error("the value '" + text + "' does not fit the type " + type.name +
                    "; it fits boolean and text columns");
    return text;
}

std::string number_text(std::string const& text, ColumnType const& type)
{
    if (type.kind == TypeKind::boolean)
        throw Error("the number " + excerpt(text) + " does not fit the type " + type.name +
                    "; write true or false");
    return canonical(text, type);
}

std::string double_text(double value, ColumnType const& type)
{
    if (type.kind != TypeKind::integer) return number_text(float8_text(value), type);
    if (!(std::abs(value) < 9.2e18) || std::trunc(value) != value)
        throw Error("the number " + excerpt(float8_text(value)) + " does not fit the type " +
                    type.name + "; round it first");
    return integer_text(std::to_string(static_cast<std::int64_t>(value)), type);
}

std::string string_text(std::string const& value, ColumnType const& type)
{
    if (value.find('\0') != std::string::npos)
        throw Error("text with a NUL byte, which PostgreSQL cannot store");
    return type.array ? value : canonical(value, type);
}

std::string scalar_text(PatchValue const& value, ColumnType const& type)
{
    return std::visit(
        Overload{[&](bool b) { return bool_text(b, type); },
                 [&](std::int64_t n) { return number_text(std::to_string(n), type); },
                 [&](std::uint64_t n) { return number_text(std::to_string(n), type); },
                 [&](double d) { return double_text(d, type); },
                 [&](std::string const& s) { return string_text(s, type); },
                 [&](PatchValue::Array const&) -> std::string {
                     throw Error("a vector does not fit the type " + type.name +
                                 "; it fits array, json and jsonb columns");
                 },
                 [&](std::shared_ptr<Json const> const& json) -> std::string {
                     throw Error("the Json " + excerpt(json_text(*json)) +
                                 " does not fit the type " + type.name +
                                 "; it fits json and jsonb columns");
                 },
                 [&](auto) -> std::string {
                     throw Error("JSON's null does not fit the type " + type.name +
                                 "; nullptr is SQL NULL");
                 }},
        value.content());
}

std::string array_text(PatchValue::Array const& array, ColumnType const& type)
{
    auto const element_type = type.element();
    std::string text = "{";
    for (auto const& element : array) {
        if (text.size() > 1) text += type.delimiter;
        if (auto const* const inner = std::get_if<PatchValue::Array>(&element.content());
            inner != nullptr && type.kind != TypeKind::json && type.kind != TypeKind::jsonb) {
            text += array_text(*inner, type);
        } else {
            auto const value = encode(element, element_type);
            text += quote_array_element(value.state == Value::State::null
                                            ? std::nullopt
                                            : std::optional<std::string_view>(value.text));
        }
    }
    return text + '}';
}

} // namespace

Value encode(PatchValue const& value, ColumnType const& type)
{
    auto const& content = value.content();
    if (std::holds_alternative<std::nullptr_t>(content)) return {Value::State::null, {}};
    if (type.array) {
        if (auto const* const array = std::get_if<PatchValue::Array>(&content))
            return {Value::State::text, array_text(*array, type)};
        if (auto const* const text = std::get_if<std::string>(&content))
            return {Value::State::text, string_text(*text, type)};
        throw Error("only a std::vector, or an array's text, fits the type " + type.name);
    }
    if (type.kind == TypeKind::jsonb) return {Value::State::text, jsonb_text(json_of(value))};
    if (type.kind == TypeKind::json) return {Value::State::text, json_text(json_of(value))};
    return {Value::State::text, scalar_text(value, type)};
}

} // namespace rowbot
