// SPDX-License-Identifier: MIT
#include <rowbot/testing.hpp>

#include "excerpt.hpp"
#include "type_text.hpp"

#include <rowbot/detail/encode.hpp>
#include <rowbot/detail/shape.hpp>

#include <algorithm>

namespace rowbot::testing
{
namespace
{

/// So often that even a patch made of one random bit is not the same each time.
constexpr int runs_of_an_upgrade = 20;

/// The upgrade's function, which throws ConfigError where a declaration is wrong: apply() would
/// make an UpgradeError of that, as if it were the row's fault.
ApplyFunction declared(std::string const& table, Upgrade const& upgrade)
{
    return [where = table + ": upgrade '" + upgrade.name + "'", upgrade](Row const& row) -> Patch {
        Patch patch;
        try {
            patch = upgrade.apply(row, nullptr);
        } catch (RowError const& e) {
            if (upgrade.reads.empty() || upgrade.reads.contains(e.column())) throw;
            throw ConfigError(where + " reads the column '" + e.column() +
                              "', which it does not declare; add it to the upgrade's reads");
        }
        for (auto const& [column, value] : patch)
            if (!upgrade.writes.empty() && !upgrade.writes.contains(column))
                throw ConfigError(where + " writes the column '" + column +
                                  "', which it does not declare; add it to the upgrade's writes");
        return patch;
    };
}

std::shared_ptr<Columns const> columns_of(Table const& table,
                                          std::vector<ColumnDefinition> const& definitions)
{
    Columns columns;
    for (auto const& [name, type] : definitions) {
        auto const where = table.name + ": the column '" + name + "'";
        if (index_of(columns, name) < columns.size()) throw ConfigError(where + " is given twice");
        try {
            columns.push_back({.name = name, .type = column_type(type)});
        } catch (Error const& e) {
            throw ConfigError(where + ": " + e.what());
        }
    }
    if (index_of(columns, "applied_upgrades") == columns.size())
        columns.push_back({.name = "applied_upgrades", .type = column_type("text[]")});
    return std::make_shared<Columns const>(std::move(columns));
}

/// Types whose text depends on search_path: https://www.postgresql.org/docs/15/datatype-oid.html.
bool is_object_name(ColumnType const& type)
{
    static constexpr std::string_view names[] = {
        "regclass",    "regcollation", "regconfig",    "regdictionary", "regnamespace", "regoper",
        "regoperator", "regproc",      "regprocedure", "regrole",       "regtype"};
    auto const name = type.array ? type.element().name : type.name;
    return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

detail::TableShape shape_of(Table const& table, std::shared_ptr<Columns const> columns)
{
    detail::TableShape shape{.qualified = table.name, .columns = std::move(columns)};
    for (auto const& column : *shape.columns) {
        auto const& [name, kind, array, delimiter] = column.type;
        bool const whole = kind == TypeKind::integer && name != "oid";
        shape.details.push_back(
            {.object_name = is_object_name(column.type),
             .storing_keeps = !array && (whole || kind == TypeKind::boolean || name == "text" ||
                                         kind == TypeKind::jsonb || name == "double precision")});
    }
    shape.applied_upgrades = shape.position("applied_upgrades");
    shape.key = shape.positions(table.key);
    if (auto const id = index_of(*shape.columns, "id"); table.key.empty() && id < shape.size())
        shape.key.push_back(id);
    return shape;
}

/// A patch as messages show it: `status = 'dead', width = NULL`.
std::string shown(Columns const& columns, Step const& step)
{
    std::string text;
    for (auto const& [column, value] : step.writes)
        text += (text.empty() ? "" : ", ") + columns[column].name + " = " +
                (value.state == Value::State::null ? "NULL" : excerpt(value.text));
    return text.empty() ? "an empty patch" : text;
}

void require_same(Table const& table, Applied const& first, Applied const& again)
{
    for (auto const& step : first.steps) {
        auto const& upgrade = table.upgrades[step.upgrade];
        if (upgrade.runs == Runs::in_worker_only) continue;
        auto const found =
            std::find_if(again.steps.begin(), again.steps.end(),
                         [&](Step const& other) { return other.upgrade == step.upgrade; });
        if (found != again.steps.end() && found->writes == step.writes) continue;
        auto const& columns = first.row.columns();
        throw ConfigError(
            first.row.table() + " " + first.row.key() + ": upgrade '" + upgrade.name +
            "' is not pure: the same row gave " + shown(columns, step) + ", and later " +
            (found != again.steps.end() ? shown(columns, *found) : again.failure.value().what()) +
            "; a patch must follow from the row alone (no clock, no random number, "
            "no counter)");
    }
}

/// Whether the upgrade does the same where it can see every column, and where those that it does
/// not declare are gone: Row::has and Row::at ask for them without an error.
void require_blind(Table const& table, Row const& row, Step const& step)
{
    auto const& upgrade = table.upgrades[step.upgrade];
    if (upgrade.reads.empty() || upgrade.runs == Runs::in_worker_only) return;
    Table seeing{.name = table.name, .upgrades = {upgrade}, .key = table.key}, blind = seeing;
    seeing.upgrades[0].reads = NameList();
    auto poorer = row;
    for (std::size_t i = 0; i < row.columns().size(); ++i)
        if (!upgrade.reads.contains(row.columns()[i].name)) poorer.set(i, {});
    for (auto const& other :
         {apply(seeing, row, Where::reading), apply(blind, poorer, Where::reading)})
        if (other.failure || other.steps.at(0).writes != step.writes)
            throw ConfigError(row.table() + " " + row.key() + ": upgrade '" + upgrade.name +
                              "' depends on a column that it does not declare; add it to the "
                              "upgrade's reads");
}

/// The row after the upgrades of the table.
Applied checked(Table const& table, Row const& row)
{
    auto first = apply(table, row, Where::in_worker);
    if (first.failure) {
        try {
            first.failure->rethrow_nested();
        } catch (ConfigError const&) {
            throw;
        } catch (...) { // the row's error, which names row and upgrade
            throw *first.failure;
        }
    }
    for (int run = 1; run < runs_of_an_upgrade; ++run)
        require_same(table, first, apply(table, row, Where::reading));
    auto before = row;
    for (auto const& step : first.steps) {
        require_blind(table, before, step);
        for (auto const& [column, value] : step.writes) before.set(column, value);
    }
    return first;
}

/// The value as PostgreSQL would show it.
Value stored(std::optional<std::string> const& text, ColumnType const& type)
{
    if (!text || type.array || type.kind == TypeKind::json || type.kind == TypeKind::jsonb)
        return Value::of(text);
    return encode(*text, type);
}

} // namespace

TableUnderTest::TableUnderTest(Table table, std::vector<ColumnDefinition> const& columns)
    : table_(std::move(table)), columns_(columns_of(table_, columns))
{
    validate({table_});
    auto const shape = shape_of(table_, columns_); // before the table is moved, hence no argument
    table_ = detail::fit(std::move(table_), shape);
    validate({table_}); // again, with the key
    std::erase_if(table_.upgrades, [](auto const& u) { return u.apply.needs_transaction(); });
    for (auto& upgrade : table_.upgrades) upgrade.apply = declared(table_.name, upgrade);
}

Row TableUnderTest::row_of(RowText const& text, std::size_t number) const
{
    auto const row = "row " + std::to_string(number);
    std::vector<Value> values(columns_->size(), Value::of({}));
    for (auto const& [name, value] : text) {
        auto const column = index_of(*columns_, name);
        auto const where = table_.name + ": " + row + ": the column '" + name + "' ";
        if (column == columns_->size())
            throw ConfigError(where + "has no type; add it to the columns of the TableUnderTest");
        try {
            values[column] = stored(value, (*columns_)[column].type);
        } catch (Error const& e) {
            throw ConfigError(where + "cannot hold this: " + e.what());
        }
    }
    std::vector<std::optional<std::string>> key;
    for (auto const& name : table_.key) key.push_back(values[index_of(*columns_, name)].optional());
    bool const known =
        !key.empty() && std::all_of(key.begin(), key.end(), [](auto const& part) { return part; });
    auto names = detail::parse_names(values[index_of(*columns_, "applied_upgrades")].optional());
    return {columns_, table_.name, known ? detail::key_text(key) : "(" + row + ")",
            std::move(values), std::move(names)};
}

Row TableUnderTest::upgraded(RowText const& row) const
{
    return checked(table_, row_of(row, 1)).row;
}

Row TableUnderTest::upgraded(RowText const& row, std::string_view upgrade) const
{
    auto alone = table_;
    std::erase_if(alone.upgrades, [&](auto const& u) { return u.name != upgrade; });
    if (alone.upgrades.empty())
        throw ConfigError(table_.name + ": there is no upgrade '" + std::string(upgrade) +
                          "' to test, or it takes a Transaction; that one needs a worker and a "
                          "real table");
    auto given = row_of(row, 1);
    auto names = given.applied();
    std::erase(names, upgrade);
    given.set_applied(std::move(names));
    return checked(alone, given).row;
}

void TableUnderTest::check(std::vector<RowText> const& rows) const
{
    std::vector<std::pair<Row, Applied>> upgraded;
    for (auto const& row : rows) {
        auto given = row_of(row, upgraded.size() + 1);
        auto applied = checked(table_, given);
        upgraded.emplace_back(std::move(given), std::move(applied));
    }
    for (auto pair = upgraded.rbegin(); pair != upgraded.rend(); ++pair)
        require_same(table_, pair->second, apply(table_, pair->first, Where::reading));
}

} // namespace rowbot::testing
