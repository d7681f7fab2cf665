// SPDX-License-Identifier: MIT
#include <rowbot/row.hpp>

#include "array_text.hpp"
#include "excerpt.hpp"
#include "json_text.hpp"

#include <rowbot/upgrade.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace rowbot
{
namespace
{

/// Reads the whole text as a number; none where it is not one or does not fit T.
template <class T> std::optional<T> number(std::string_view text)
{
    if (text == "NaN") {
        if constexpr (std::floating_point<T>) return std::numeric_limits<T>::quiet_NaN();
    }
    T value{};
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

bool is_number(TypeKind kind)
{
    return kind == TypeKind::integer || kind == TypeKind::real || kind == TypeKind::numeric;
}

} // namespace

ColumnType ColumnType::element() const
{
    auto type = *this;
    type.array = false;
    if (type.name.ends_with("[]")) type.name.resize(type.name.size() - 2);
    return type;
}

Value Value::of(std::optional<std::string> text)
{
    if (!text) return {State::null, {}};
    return {State::text, std::move(*text)};
}

std::optional<std::string> Value::optional() const
{
    return state == State::text ? std::optional(text) : std::nullopt;
}

std::size_t index_of(Columns const& columns, std::string_view name) noexcept
{
    auto const found =
        std::find_if(columns.begin(), columns.end(), [&](auto const& c) { return c.name == name; });
    return static_cast<std::size_t>(found - columns.begin());
}

Row::Row(std::shared_ptr<Columns const> columns, std::string table, std::string key,
         std::vector<Value> values, std::vector<std::string> applied)
    : columns_(std::move(columns)), table_(std::move(table)), key_(std::move(key)),
      values_(std::move(values)), applied_(std::move(applied))
{
    if (values_.size() != columns_->size())
        throw Error(table_ + " " + key_ + ": a row needs one value for each column");
}

bool Row::applied(std::string_view upgrade) const noexcept
{
    return std::find(applied_.begin(), applied_.end(), upgrade) != applied_.end();
}

bool Row::has(std::string_view column) const noexcept
{
    auto const index = index_of(*columns_, column);
    if (index == columns_->size() || values_[index].state == Value::State::absent) return false;
    return visible_ == nullptr || visible_->contains(column);
}

RowError Row::error(std::string_view column, std::string const& what) const
{
    return {table_, key_, std::string(column), what};
}

std::size_t Row::find(std::string_view column) const
{
    auto const index = index_of(*columns_, column);
    if (visible_ != nullptr && !visible_->contains(column))
        throw error(column, "is not declared; add it to the upgrade's reads");
    if (index == columns_->size()) throw error(column, "does not exist; check its spelling");
    if (values_[index].state == Value::State::absent)
        throw error(column, "was not selected; add it to the SELECT");
    return index;
}

std::optional<std::string_view> Row::text(std::string_view column) const
{
    auto const& value = values_[find(column)];
    if (value.state == Value::State::null) return std::nullopt;
    return value.text;
}

Value const& Row::not_null(std::string_view column, char const* wanted) const
{
    auto const& value = values_[find(column)];
    if (value.state == Value::State::null)
        throw error(column, std::string("is null; ") + wanted +
                                " is expected (std::optional would take null)");
    return value;
}

std::string Row::as_string(std::string_view column) const
{
    return not_null(column, "text").text;
}

bool Row::as_bool(std::string_view column) const
{
    auto const& value = not_null(column, "bool");
    auto const& type = (*columns_)[find(column)].type;
    if (type.kind == TypeKind::boolean && !type.array && (value.text == "t" || value.text == "f"))
        return value.text == "t";
    throw error(column, "is of type " + type.name + " with the value " + excerpt(value.text) +
                            "; bool is expected");
}

double Row::as_double(std::string_view column) const
{
    auto const& value = not_null(column, "a number");
    auto const& type = (*columns_)[find(column)].type;
    if (is_number(type.kind) && !type.array)
        if (auto const parsed = number<double>(value.text == "Infinity"    ? "inf"
                                               : value.text == "-Infinity" ? "-inf"
                                                                           : value.text))
            return *parsed;
    throw error(column, "is of type " + type.name + " with the value " + excerpt(value.text) +
                            "; a double is expected");
}

std::int64_t Row::as_signed(std::string_view column, std::int64_t min, std::int64_t max) const
{
    auto const& value = not_null(column, "an integer");
    auto const& type = (*columns_)[find(column)].type;
    if ((type.kind == TypeKind::integer || type.kind == TypeKind::numeric) && !type.array)
        if (auto const parsed = number<std::int64_t>(value.text);
            parsed && *parsed >= min && *parsed <= max)
            return *parsed;
    throw error(column, "is of type " + type.name + " with the value " + excerpt(value.text) +
                            "; an integer from " + std::to_string(min) + " to " +
                            std::to_string(max) + " is expected");
}

std::uint64_t Row::as_unsigned(std::string_view column, std::uint64_t max) const
{
    auto const& value = not_null(column, "an integer");
    auto const& type = (*columns_)[find(column)].type;
    if ((type.kind == TypeKind::integer || type.kind == TypeKind::numeric) && !type.array)
        if (auto const parsed = number<std::uint64_t>(value.text); parsed && *parsed <= max)
            return *parsed;
    throw error(column, "is of type " + type.name + " with the value " + excerpt(value.text) +
                            "; an integer from 0 to " + std::to_string(max) + " is expected");
}

template <> Json Row::as_json<Json>(std::string_view column) const
{
    auto const& value = not_null(column, "JSON");
    auto const& type = (*columns_)[find(column)].type;
    auto const kind = type.kind;
    if (type.array || (kind != TypeKind::json && kind != TypeKind::jsonb && kind != TypeKind::text))
        throw error(column, "is of type " + type.name + " with the value " + excerpt(value.text) +
                                "; JSON is expected");
    try {
        return parse_json(value.text);
    } catch (Error const& e) {
        throw error(column, "holds " + excerpt(value.text) + ": " + e.what());
    }
}

std::vector<Row> Row::elements(std::string_view column) const
{
    auto const& value = not_null(column, "an array");
    auto const index = find(column);
    auto const& type = (*columns_)[index].type;
    if (!type.array)
        throw error(column, "is of type " + type.name + " with the value " + excerpt(value.text) +
                                "; an array is expected");
    auto const columns =
        std::make_shared<Columns const>(Columns{{std::string(column), type.element()}});

    std::vector<Row> rows;
    try {
        for (auto& element : parse_array(value.text, type.delimiter))
            rows.emplace_back(columns, table_, key_,
                              std::vector<Value>{Value::of(std::move(element))});
    } catch (Error const& e) {
        throw error(column, "holds " + excerpt(value.text) + ": " + e.what());
    }
    return rows;
}

} // namespace rowbot
