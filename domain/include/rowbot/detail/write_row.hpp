// SPDX-License-Identifier: MIT
#pragma once

// Private to Rowbot. The SQL of save and insert; no I/O here.

#include <rowbot/detail/patch_values.hpp>
#include <rowbot/detail/statement.hpp>

namespace rowbot::detail
{

/// Appends ` RETURNING` with these columns of `t`.
inline void add_returning(BoundTable const& bound, std::vector<std::size_t> const& columns,
                          Statement& statement)
{
    for (auto const column : columns)
        statement.sql += (column == columns.front() ? " RETURNING t." : ", t.") +
                         quote_identifier(bound.shape.name(column));
}

/// The columns that save reads back: those that were selected.
inline std::vector<std::size_t> selected_columns(StoredRow const& row)
{
    std::vector<std::size_t> columns;
    for (std::size_t i = 0; i < row.values.size(); ++i)
        if (row.values[i].state != Value::State::absent) columns.push_back(i);
    return columns;
}

/// One UPDATE of the row, guarded by everything that its new values are made from. Throws RowError
/// where a column to write was not selected: then nothing could tell whether it has changed.
inline Statement update_statement(BoundTable const& bound, StoredRow const& stored,
                                  Planned const& planned)
{
    auto const& shape = bound.shape;
    Statement update{.sql = "UPDATE " + bound.target + " AS t SET "};
    auto const applied = quote_identifier(shape.name(shape.applied_upgrades));
    std::string separator;
    if (!planned.new_names.empty()) {
        update.sql += applied + " = coalesce(t." + applied + ", '{}') || " +
                      update.add(array_parameter(planned.new_names)) + "[]";
        separator = ", ";
    }
    for (auto const& [column, value] : planned.changes) {
        update.sql += std::exchange(separator, ", ") + quote_identifier(shape.name(column)) +
                      " = " + assigned(shape, column, update.add(value.optional()));
    }
    std::vector<std::string> key;
    for (auto const column : shape.key) key.push_back(update.add(stored.values[column].text));
    update.sql += " WHERE " + key_matches(shape, key) + " AND coalesce(t." + applied +
                  ", '{}')::text COLLATE \"C\" = " + update.add(stored.names_text);
    for (auto const column : planned.guarded) {
        if (stored.values[column].state == Value::State::absent)
            throw RowError(bound.table.name, stored.key, shape.name(column),
                           "is to be written and was not selected; add it to the SELECT");
        update.sql +=
            " AND " + unchanged(shape, column, update.add(stored.values[column].optional()));
    }
    add_returning(bound, selected_columns(stored), update);
    return update;
}

/// One INSERT of a row as if upgraded; RETURNING gives every column.
inline Statement insert_statement(BoundTable const& bound, Patch const& patch)
{
    auto const& shape = bound.shape;
    std::vector<std::string> names;
    for (auto const& upgrade : bound.table.upgrades)
        if (pending(upgrade, {})) names.push_back(upgrade.name);
    Statement insert;
    std::string columns = quote_identifier(shape.name(shape.applied_upgrades));
    std::string values = insert.add(array_parameter(names)) + "[]";
    for (auto const& [column, value] : new_values(bound, "(new row)", patch, true)) {
        columns += ", " + quote_identifier(shape.name(column));
        values += ", " + assigned(shape, column, insert.add(value.optional()));
    }
    insert.sql = "INSERT INTO " + bound.target + " AS t (" + columns + ") VALUES (" + values + ")";
    std::vector<std::size_t> all(shape.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
    add_returning(bound, all, insert);
    return insert;
}

/// A row of what RETURNING gave for these columns.
inline StoredRow returned_row(BoundTable const& bound, std::vector<std::size_t> const& columns,
                              pqxx::row const& fields)
{
    StoredRow row{.values = std::vector<Value>(bound.shape.size())};
    for (auto const& field : fields)
        row.values[columns[static_cast<std::size_t>(field.num())]] = Value::of(field_text(field));
    identify(bound, row);
    return row;
}

} // namespace rowbot::detail
