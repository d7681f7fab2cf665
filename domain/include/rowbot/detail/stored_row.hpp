// SPDX-License-Identifier: MIT
#pragma once

// Private to Rowbot. A row as it is stored, taken from the result of the application's query.

#include <rowbot/detail/shape.hpp>

#include <algorithm>

namespace rowbot::detail
{

/// A registered table together with what the catalogue says about it.
struct BoundTable {
    Table table{}; ///< With its key named.
    TableShape shape{};
    /// For SQL. Without a schema where the registration has none: each connection's search_path
    /// decides, for `save` as for the application's own SELECT.
    std::string target{};
    std::string oid{};
};

struct StoredRow {
    std::string key{};                ///< As messages show it.
    std::vector<Value> values{};      ///< One for each column of the table; absent: not selected.
    std::string names_text = "{}";    ///< `applied_upgrades`, as the server sent it.
    std::vector<std::string> names{}; ///< The same, parsed.
    /// What the query selected beside the table's columns: joined columns, expressions.
    Columns extra_columns{};
    std::vector<Value> extra_values{};
};

/// Fills in key and names from the values, which are there. Throws RowError where they cannot be
/// right.
inline void identify(BoundTable const& bound, StoredRow& row)
{
    auto const& shape = bound.shape;
    std::vector<std::optional<std::string>> key;
    for (auto const column : shape.key) {
        if (row.values[column].state != Value::State::text)
            throw RowError(bound.table.name, "(key unknown)", shape.name(column),
                           "is null, and a key never is; leave rows of an outer join out");
        key.emplace_back(row.values[column].text);
    }
    row.key = key_text(key);
    auto const& names = row.values[shape.applied_upgrades];
    if (names.state == Value::State::text) row.names_text = names.text;
    try {
        row.names = parse_names(row.names_text);
    } catch (Error const& e) {
        throw RowError(bound.table.name, row.key, "applied_upgrades",
                       std::string("holds no list of names: ") + e.what());
    }
}

/// Whether reading runs this upgrade on a row with these names.
inline bool pending(Upgrade const& upgrade, std::vector<std::string> const& names)
{
    return upgrade.runs == Runs::everywhere &&
           std::find(names.begin(), names.end(), upgrade.name) == names.end();
}

/// The columns that an upgrade reads; every column but `applied_upgrades` where it names none.
inline std::vector<std::size_t> sources(BoundTable const& bound, Upgrade const& upgrade)
{
    if (!upgrade.reads.empty()) return bound.shape.positions(upgrade.reads);
    std::vector<std::size_t> all;
    for (std::size_t i = 0; i < bound.shape.size(); ++i)
        if (i != bound.shape.applied_upgrades) all.push_back(i);
    return all;
}

/// Throws RowError where a column that a pending upgrade reads was not selected: without it the
/// row could not be read as if upgraded.
inline void require_sources(BoundTable const& bound, StoredRow const& row)
{
    for (auto const& upgrade : bound.table.upgrades) {
        if (!pending(upgrade, row.names)) continue;
        for (auto const column : sources(bound, upgrade))
            if (row.values[column].state == Value::State::absent)
                throw RowError(bound.table.name, row.key, bound.shape.name(column),
                               "was not selected, and the pending upgrade '" + upgrade.name +
                                   "' reads it; add it to the SELECT");
    }
}

} // namespace rowbot::detail
