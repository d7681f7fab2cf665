// SPDX-License-Identifier: MIT
#include <rowbot/detail/encode.hpp>

#include "array_text.hpp"
#include "excerpt.hpp"
#include "json_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

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

/// What the column will show for this input text; text that we do not know is left to PostgreSQL.
std::string canonical(std::string const& text, TypeKind kind)
{
    auto const input = trimmed(text);
    if (kind == TypeKind::boolean && !input.empty()) {
        std::string lower(input);
        std::transform(lower.begin(), lower.end(), lower.begin(),
                       [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
        auto const prefix_of = [&](std::string_view word) { return word.starts_with(lower); };
        if (prefix_of("true") || prefix_of("yes") || lower == "on" || lower == "1") return "t";
        if (prefix_of("false") || prefix_of("no") || lower == "of" || lower == "off" ||
            lower == "0")
            return "f";
    }
    if (kind == TypeKind::integer && !input.empty()) {
        std::int64_t number{};
        auto const digits = input.front() == '+' ? input.substr(1) : input;
        auto const [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), number);
        if (error == std::errc{} && end == digits.data() + digits.size())
            return std::to_string(number);
    }
    return text;
}

std::string scalar_text(PatchValue const& value, ColumnType const& type)
{
    return std::visit(Overload{[&](bool b) -> std::string {
                                   return type.kind == TypeKind::boolean ? (b ? "t" : "f")
                                                                         : (b ? "true" : "false");
                               },
                               [](std::int64_t n) { return std::to_string(n); },
                               [](std::uint64_t n) { return std::to_string(n); },
                               [](double d) { return float8_text(d); },
                               [&](std::string const& s) {
                                   if (s.find('\0') != std::string::npos)
                                       throw Error(
                                           "text with a NUL byte, which PostgreSQL cannot store");
                                   return canonical(s, type.kind);
                               },
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
    auto element_type = type;
    element_type.array = false;
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
        if (auto const* const text = std::get_if<std::string>(&content);
            text != nullptr && text->find('\0') == std::string::npos)
            return {Value::State::text, *text};
        throw Error("only a std::vector, or an array's text, fits the type " + type.name);
    }
    if (type.kind == TypeKind::jsonb) return {Value::State::text, jsonb_text(json_of(value))};
    if (type.kind == TypeKind::json) return {Value::State::text, json_text(json_of(value))};
    return {Value::State::text, scalar_text(value, type)};
}

} // namespace rowbot
