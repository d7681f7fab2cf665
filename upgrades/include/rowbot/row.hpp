// SPDX-License-Identifier: MIT
#pragma once

// A Row is what an upgrade reads: the columns of one row, each in PostgreSQL's text format, exactly
// as the server sent it. A value is converted only when get<T> asks for it, and only without loss.
// Values are defined under TimeZone UTC, DateStyle ISO, IntervalStyle postgres, extra_float_digits
// 1, bytea_output hex, client_encoding UTF8. A Row may be read by several threads at once.

#include <rowbot/errors.hpp>

#include <concepts>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace rowbot
{

using Json = nlohmann::json;

class NameList;

/// What get<T> and the writing of a patch must know of a column's type. Others are carried as text.
enum class TypeKind : char { boolean, integer, real, numeric, text, json, jsonb, other };

/// The type of a column; of an array, `kind` is that of its elements.
struct ColumnType {
    std::string name{}; ///< As PostgreSQL shows it: `numeric(6,2)`, `text[]`.
    TypeKind kind = TypeKind::other;
    bool array = false;
    char delimiter = ','; ///< Between array elements; `;` for box.

    /// The type of an array's elements.
    ColumnType element() const;
};

struct Column {
    std::string name{};
    ColumnType type{};
    bool generated_always = false; ///< Only PostgreSQL itself writes it; no patch may name it.
};

using Columns = std::vector<Column>;

/// One value: not selected at all, SQL NULL, or text in PostgreSQL's output format.
struct Value {
    enum class State : char { absent, null, text };

    State state = State::absent;
    std::string text{};

    static Value of(std::optional<std::string> text);
    std::optional<std::string> optional() const;
    bool operator==(Value const&) const = default;
};

template <class T> struct IsVector : std::false_type {
};
template <class T> struct IsVector<std::vector<T>> : std::true_type {
};
template <class T> struct IsOptional : std::false_type {
};
template <class T> struct IsOptional<std::optional<T>> : std::true_type {
};

/// What a single value can be read as.
template <class T>
concept Readable = std::same_as<T, bool> || std::same_as<T, double> ||
    std::same_as<T, std::string> || std::same_as<T, Json> ||
    (std::integral<T> && !std::same_as<T, char>);

class Row
{
public:
    /// `columns` names every known column; `values` has one for each, absent where not selected.
    /// `key` is the key as error messages show it, `applied` what `applied_upgrades` holds.
    Row(std::shared_ptr<Columns const> columns, std::string table, std::string key,
        std::vector<Value> values, std::vector<std::string> applied = {});

    /// The value of a column. T is bool, an integer type, double, std::string, Json, a std::vector
    /// of one of these (from an array column), or a std::optional of any of them (empty for NULL).
    /// std::string takes every column as text; Json takes json, jsonb and text columns. Throws
    /// RowError where the column is missing or not declared, the value is NULL without
    /// std::optional, is of another type, does not fit T, or (Json) has a number that would lose
    /// digits.
    template <class T> T get(std::string_view column) const;

    /// The value as the server sent it: no value for NULL. Throws RowError as get does.
    std::optional<std::string_view> text(std::string_view column) const;

    /// Whether the column was selected (and, in an upgrade, is declared in its `reads`).
    bool has(std::string_view column) const noexcept;

    std::string const& table() const noexcept { return table_; }
    std::string const& key() const noexcept { return key_; }
    std::vector<std::string> const& applied() const noexcept { return applied_; }
    bool applied(std::string_view upgrade) const noexcept;
    Columns const& columns() const noexcept { return *columns_; }
    std::shared_ptr<Columns const> const& shared_columns() const noexcept { return columns_; }

    /// The value at a position of columns(); visibility is not asked.
    Value const& at(std::size_t column) const { return values_.at(column); }
    void set(std::size_t column, Value value) { values_.at(column) = std::move(value); }
    void set_applied(std::vector<std::string> names) { applied_ = std::move(names); }

    /// From now on only these columns can be read; null lifts the restriction. The list must
    /// outlive it.
    void restrict_to(NameList const* visible) noexcept { visible_ = visible; }

    /// A RowError about a column of this row.
    RowError error(std::string_view column, std::string const& what) const;

private:
    std::size_t find(std::string_view column) const; // throws RowError
    Value const& not_null(std::string_view column, char const* wanted) const;

    bool as_bool(std::string_view column) const;
    double as_double(std::string_view column) const;
    template <class J>
    J as_json(std::string_view column) const; // a template: Json may be incomplete here
    std::string as_string(std::string_view column) const;
    std::int64_t as_signed(std::string_view column, std::int64_t min, std::int64_t max) const;
    std::uint64_t as_unsigned(std::string_view column, std::uint64_t max) const;
    /// One row for each array element, with the single column `column`.
    std::vector<Row> elements(std::string_view column) const;

    std::shared_ptr<Columns const> columns_;
    std::string table_, key_;
    std::vector<Value> values_;
    std::vector<std::string> applied_;
    NameList const* visible_ = nullptr;
};

/// The position of a column, or Columns::size() where there is none.
std::size_t index_of(Columns const& columns, std::string_view name) noexcept;

template <class T> T Row::get(std::string_view column) const
{
    if constexpr (IsOptional<T>::value) {
        if (!text(column)) return std::nullopt;
        return get<typename T::value_type>(column);
    } else if constexpr (IsVector<T>::value) {
        T values;
        for (auto const& element : elements(column))
            values.push_back(element.get<typename T::value_type>(column));
        return values;
    } else {
        static_assert(Readable<T>, "get<T>: bool, an integer, double, std::string, Json, or a "
                                   "std::vector or std::optional of one of these");
        if constexpr (std::same_as<T, bool>)
            return as_bool(column);
        else if constexpr (std::same_as<T, double>)
            return as_double(column);
        else if constexpr (std::same_as<T, std::string>)
            return as_string(column);
        else if constexpr (std::same_as<T, Json>)
            return as_json<T>(column);
        else if constexpr (std::signed_integral<T>)
            return static_cast<T>(
                as_signed(column, std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
        else
            return static_cast<T>(as_unsigned(column, std::numeric_limits<T>::max()));
    }
}

} // namespace rowbot
