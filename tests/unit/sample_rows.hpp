// SPDX-License-Identifier: MIT
#pragma once

// Rows written as literals, as the server would have sent them.

#include <rowbot/apply.hpp>

#include <initializer_list>

namespace sample
{

using Kind = rowbot::TypeKind;

inline rowbot::ColumnType const boolean{.name = "boolean", .kind = Kind::boolean};
inline rowbot::ColumnType const smallint{.name = "smallint", .kind = Kind::integer};
inline rowbot::ColumnType const integer{.name = "integer", .kind = Kind::integer};
inline rowbot::ColumnType const bigint{.name = "bigint", .kind = Kind::integer};
inline rowbot::ColumnType const real{.name = "real", .kind = Kind::real};
inline rowbot::ColumnType const float8{.name = "double precision", .kind = Kind::real};
inline rowbot::ColumnType const numeric{.name = "numeric", .kind = Kind::numeric};
inline rowbot::ColumnType const text{.name = "text", .kind = Kind::text};
inline rowbot::ColumnType const json{.name = "json", .kind = Kind::json};
inline rowbot::ColumnType const jsonb{.name = "jsonb", .kind = Kind::jsonb};
inline rowbot::ColumnType const date{.name = "date", .kind = Kind::other};

inline rowbot::ColumnType array_of(rowbot::ColumnType type)
{
    type.name += "[]";
    type.array = true;
    return type;
}

struct Cell {
    char const* column = "";
    rowbot::ColumnType type;
    std::optional<std::string> value; ///< None is NULL.
    bool selected = true;
};

/// The row 42 of the table article.
inline rowbot::Row row(std::initializer_list<Cell> cells, std::vector<std::string> applied = {})
{
    rowbot::Columns columns;
    std::vector<rowbot::Value> values;
    for (auto const& [column, type, value, selected] : cells) {
        columns.push_back({.name = column, .type = type});
        values.push_back(selected ? rowbot::Value::of(value) : rowbot::Value{});
    }
    return {std::make_shared<rowbot::Columns const>(std::move(columns)), "article", "42",
            std::move(values), std::move(applied)};
}

/// A row with the single column `value`.
inline rowbot::Row one(rowbot::ColumnType const& type, std::optional<std::string> value)
{
    return row({{"value", type, std::move(value)}});
}

/// The column's value as text; `<null>` and `<absent>` are what they say.
inline std::string shown(rowbot::Row const& row, std::string_view column)
{
    auto const& value = row.at(rowbot::index_of(row.columns(), column));
    if (value.state == rowbot::Value::State::null) return "<null>";
    return value.state == rowbot::Value::State::absent ? "<absent>" : value.text;
}

} // namespace sample
