// SPDX-License-Identifier: MIT
#include <rowbot/apply.hpp>

#include <rowbot/detail/encode.hpp>

#include <algorithm>
#include <map>

namespace rowbot
{
namespace
{

/// Checks a patch against the rules and turns it into values for the row's columns.
std::vector<std::pair<std::size_t, Value>> encoded(Table const& table, Upgrade const& upgrade,
                                                   Row const& row, Patch const& patch)
{
    std::vector<std::pair<std::size_t, Value>> writes;
    for (auto const& [column, value] : patch) {
        if (column == "applied_upgrades")
            throw Error("its patch names applied_upgrades, which is Rowbot's own column");
        if (table.key.contains(column))
            throw Error("its patch names the key column '" + column + "'");
        if (!upgrade.writes.empty() && !upgrade.writes.contains(column))
            throw Error("its patch names the column '" + column +
                        "'; add it to the upgrade's writes");
        auto const index = index_of(row.columns(), column);
        if (index == row.columns().size())
            throw Error("its patch names the column '" + column + "', which does not exist");
        if (row.columns()[index].generated_always)
            throw Error("its patch names the column '" + column +
                        "', which only PostgreSQL itself may write (GENERATED ALWAYS)");
        try {
            writes.emplace_back(index, encode(value, row.columns()[index].type));
        } catch (Error const& e) {
            throw row.error(column, std::string("is to be written: ") + e.what());
        }
    }
    return writes;
}

/// The message of an error, without the table and key that the UpgradeError names itself.
std::string message(Row const& row, std::exception const& error)
{
    std::string const what = error.what(), where = row.table() + " " + row.key() + ": ";
    return what.starts_with(where) ? what.substr(where.size()) : what;
}

} // namespace

std::vector<std::pair<std::size_t, Value>> Applied::changes() const
{
    std::map<std::size_t, Value> folded;
    for (auto const& step : steps)
        for (auto const& [column, value] : step.writes) folded.insert_or_assign(column, value);
    return {folded.begin(), folded.end()};
}

Applied apply(Table const& table, Row row, Where where, Transaction* transaction,
              std::size_t most_steps)
{
    Applied result{.row = std::move(row)};
    auto names = result.row.applied();
    for (std::size_t i = 0; i < table.upgrades.size() && result.steps.size() < most_steps; ++i) {
        auto const& upgrade = table.upgrades[i];
        if (result.row.applied(upgrade.name)) continue;
        if (where == Where::reading && upgrade.runs == Runs::in_worker_only) continue;
        if (upgrade.apply.needs_transaction() && transaction == nullptr) break;
        try {
            result.row.restrict_to(upgrade.reads.empty() ? nullptr : &upgrade.reads);
            auto const patch = upgrade.apply(result.row, transaction);
            auto writes = encoded(table, upgrade, result.row, patch);
            for (auto const& [column, value] : writes) result.row.set(column, value);
            names.push_back(upgrade.name);
            result.steps.push_back({i, std::move(writes)});
        } catch (std::exception const& e) {
            // Constructed inside the handler: that is what nests the cause.
            result.failure.emplace(result.row.table(), result.row.key(), upgrade.name,
                                   message(result.row, e));
            result.failed_upgrade = i;
            break;
        } catch (...) {
            result.failure.emplace(result.row.table(), result.row.key(), upgrade.name,
                                   "threw something that is no std::exception");
            result.failed_upgrade = i;
            break;
        }
    }
    result.row.restrict_to(nullptr);
    result.row.set_applied(std::move(names));
    return result;
}

} // namespace rowbot
