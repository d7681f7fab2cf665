// SPDX-License-Identifier: MIT
#pragma once

// Private to Rowbot. What an application wants to write, checked and as text.

#include <rowbot/detail/encode.hpp>
#include <rowbot/detail/stored_row.hpp>

#include <map>

namespace rowbot::detail
{

/// New values by position in the table's columns.
using NewValues = std::map<std::size_t, Value>;

/// What save has to do for a row.
struct Planned {
    std::vector<std::string> new_names{}; ///< To be appended to `applied_upgrades`.
    NewValues changes{};
    std::vector<std::size_t> guarded{}; ///< Columns that must still have the value that was read.
};

/// Throws RowError where a patch of the application breaks the rules. A new row brings its key
/// along, a stored one keeps it.
inline NewValues new_values(BoundTable const& bound, std::string const& key, Patch const& patch,
                            bool new_row)
{
    auto const& shape = bound.shape;
    NewValues values;
    for (auto const& [name, value] : patch) {
        auto const wrong = [&, &column_name = name](std::string const& what) {
            return RowError(bound.table.name, key, column_name, what);
        };
        auto const column = index_of(*shape.columns, name);
        if (column == shape.size()) throw wrong("does not exist; check its spelling");
        if (column == shape.applied_upgrades) throw wrong("is Rowbot's own; leave it out");
        if (!new_row && std::find(shape.key.begin(), shape.key.end(), column) != shape.key.end())
            throw wrong("is part of the key, which save does not change");
        if (shape.details[column].generated || shape.details[column].identity_always)
            throw wrong("is GENERATED ALWAYS: only PostgreSQL itself may write it");
        try {
            values.emplace(column, encode(value, (*shape.columns)[column].type));
        } catch (Error const& e) {
            throw wrong(std::string("is to be written: ") + e.what());
        }
    }
    return values;
}

} // namespace rowbot::detail
