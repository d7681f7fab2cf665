// SPDX-License-Identifier: MIT
#pragma once

// Private to Rowbot. Finds the table's columns in the result of an application's query.

#include <rowbot/detail/statement.hpp>
#include <rowbot/detail/stored_row.hpp>

namespace rowbot::detail
{

/// The type of a column that is not the table's own, by its OID. Those of pg_type.dat never change.
inline ColumnType type_of(pqxx::oid oid)
{
    struct Known {
        pqxx::oid oid, array_oid;
        char const* name;
        TypeKind kind;
    };
    static constexpr Known known[] = {{16, 1000, "boolean", TypeKind::boolean},
                                      {20, 1016, "bigint", TypeKind::integer},
                                      {21, 1005, "smallint", TypeKind::integer},
                                      {23, 1007, "integer", TypeKind::integer},
                                      {26, 1028, "oid", TypeKind::integer},
                                      {700, 1021, "real", TypeKind::real},
                                      {701, 1022, "double precision", TypeKind::real},
                                      {1700, 1231, "numeric", TypeKind::numeric},
                                      {25, 1009, "text", TypeKind::text},
                                      {1043, 1015, "character varying", TypeKind::text},
                                      {1042, 1014, "character", TypeKind::text},
                                      {19, 1003, "name", TypeKind::text},
                                      {114, 199, "json", TypeKind::json},
                                      {3802, 3807, "jsonb", TypeKind::jsonb}};
    for (auto const& type : known) {
        if (oid == type.oid) return {.name = type.name, .kind = type.kind};
        if (oid == type.array_oid)
            return {.name = std::string(type.name) + "[]", .kind = type.kind, .array = true};
    }
    return {.name = "with OID " + std::to_string(oid)};
}

/// Where the columns of a result belong.
struct Selection {
    static constexpr auto nowhere = static_cast<std::size_t>(-1);

    std::vector<std::size_t> positions{}; ///< In the table's columns; `nowhere` for others.
    Columns extra_columns{};
    /// The result has a column of this very table that the shape does not know: it was added since.
    bool outdated = false;
};

/// Throws RowError where key or `applied_upgrades` is missing, even if there is no row: a query
/// that is wrong should not wait for its first row to say so.
inline Selection select_columns(BoundTable const& bound, pqxx::result const& result)
{
    Selection selection;
    auto const& shape = bound.shape;
    for (pqxx::row::size_type i = 0; i < result.columns(); ++i) {
        std::string const name = result.column_name(i);
        auto const position = index_of(*shape.columns, name);
        auto& taken = selection.positions;
        if (position == shape.size()) {
            taken.push_back(Selection::nowhere);
            selection.extra_columns.push_back(
                {.name = name, .type = type_of(result.column_type(i))});
            if (std::to_string(result.column_table(i)) == bound.oid) selection.outdated = true;
        } else if (std::find(taken.begin(), taken.end(), position) != taken.end()) {
            throw RowError(bound.table.name, "(every row)", name,
                           "was selected twice; give the one of another table another name (AS)");
        } else {
            taken.push_back(position);
        }
    }
    auto required = shape.key;
    required.push_back(shape.applied_upgrades);
    for (auto const column : required)
        if (std::find(selection.positions.begin(), selection.positions.end(), column) ==
            selection.positions.end())
            throw RowError(bound.table.name, "(every row)", shape.name(column),
                           "was not selected; add it to the SELECT");
    return selection;
}

inline StoredRow stored_row(BoundTable const& bound, Selection const& selection,
                            pqxx::row const& fields)
{
    StoredRow row{.values = std::vector<Value>(bound.shape.size()),
                  .extra_columns = selection.extra_columns};
    for (auto const& field : fields) {
        auto const position = selection.positions[static_cast<std::size_t>(field.num())];
        auto value = Value::of(field_text(field));
        if (position == Selection::nowhere)
            row.extra_values.push_back(std::move(value));
        else
            row.values[position] = std::move(value);
    }
    identify(bound, row);
    require_sources(bound, row);
    return row;
}

} // namespace rowbot::detail
