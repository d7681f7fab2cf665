// SPDX-License-Identifier: MIT
#include <rowbot/table.hpp>

#include <algorithm>
#include <set>

namespace rowbot
{
namespace
{

bool is_upgrade_name(std::string_view name)
{
    auto const letter_or_digit = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    };
    return !name.empty() && name.size() <= 63 && letter_or_digit(name.front()) &&
           std::all_of(name.begin(), name.end(),
                       [&](char c) { return letter_or_digit(c) || c == '-'; });
}

/// Whether two lists of columns have one in common; an empty list is every column.
bool overlap(NameList const& a, NameList const& b)
{
    return a.empty() || b.empty() ||
           std::any_of(a.begin(), a.end(), [&](auto const& name) { return b.contains(name); });
}

void check_columns(std::string const& where, NameList const& names, char const* list)
{
    std::set<std::string_view> seen;
    for (auto const& name : names) {
        if (name.empty())
            throw ConfigError(where + ": an empty column name in " + list + "; leave it out");
        if (!seen.insert(name).second)
            throw ConfigError(where + ": column '" + name + "' stands twice in " + list);
    }
}

void check_upgrade(Table const& table, Upgrade const& upgrade)
{
    auto const where = table.name + ": upgrade '" + upgrade.name + "'";
    if (!is_upgrade_name(upgrade.name))
        throw ConfigError(
            where + ": a name has 1 to 63 characters of a-z, 0-9 and -, and does not begin with -");
    if (upgrade.apply.empty()) throw ConfigError(where + ": it has no function; set .apply");
    if (upgrade.apply.needs_transaction() && upgrade.runs != Runs::in_worker_only)
        throw ConfigError(where +
                          ": a function that takes a Transaction cannot run when a row is read; "
                          "set .runs = rowbot::Runs::in_worker_only");
    if (upgrade.needs_migration < 0)
        throw ConfigError(where + ": needs_migration is the number of a migration, or 0");
    check_columns(where, upgrade.reads, "reads");
    check_columns(where, upgrade.writes, "writes");
    if (upgrade.writes.contains("applied_upgrades"))
        throw ConfigError(where +
                          ": applied_upgrades is Rowbot's own column; take it out of writes");
    for (auto const& column : table.key)
        if (upgrade.writes.contains(column))
            throw ConfigError(where + ": it writes the key column '" + column +
                              "'; a key cannot be changed by an upgrade");
}

/// Reading leaves a worker-only upgrade out. That changes nothing only if no later inline upgrade
/// reads what it writes, writes what it reads, or writes what it writes.
void check_order(Table const& table)
{
    for (auto worker = table.upgrades.begin(); worker != table.upgrades.end(); ++worker) {
        if (worker->runs != Runs::in_worker_only) continue;
        for (auto later = worker + 1; later != table.upgrades.end(); ++later) {
            if (later->runs == Runs::in_worker_only) continue;
            if (overlap(worker->writes, later->reads) || overlap(worker->reads, later->writes) ||
                overlap(worker->writes, later->writes))
                throw ConfigError(
                    table.name + ": upgrade '" + later->name + "' follows the worker-only '" +
                    worker->name +
                    "' and shares columns with it, so reading a row would give another result than "
                    "the "
                    "worker; put it first, or declare reads and writes that do not overlap");
        }
    }
}

} // namespace

void validate(std::vector<Table> const& tables)
{
    std::set<std::string_view> table_names;
    for (auto const& table : tables) {
        if (table.name.empty()) throw ConfigError("a table without a name; set .name");
        if (!table_names.insert(table.name).second)
            throw ConfigError(table.name +
                              ": the table is registered twice; put its upgrades into one Table");
        check_columns(table.name, table.key, "key");
        std::set<std::string_view> names;
        for (auto const& upgrade : table.upgrades) {
            check_upgrade(table, upgrade);
            if (!names.insert(upgrade.name).second)
                throw ConfigError(table.name + ": two upgrades are called '" + upgrade.name +
                                  "'; a name is unique in its table");
        }
        for (auto const& cleanup : table.cleanups) {
            if (cleanup.empty())
                throw ConfigError(table.name + ": an empty name in cleanups; leave it out");
            if (!names.insert(cleanup).second)
                throw ConfigError(table.name + ": '" + cleanup +
                                  "' stands twice among upgrades and cleanups; the upgrade's "
                                  "code goes away before its name is cleaned up");
        }
        check_order(table);
    }
}

} // namespace rowbot
