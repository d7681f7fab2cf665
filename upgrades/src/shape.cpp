// SPDX-License-Identifier: MIT
#include <rowbot/detail/shape.hpp>

#include "array_text.hpp"

#include <algorithm>
#include <set>

namespace rowbot::detail
{
namespace
{

TypeKind kind_of(std::string_view word)
{
    if (word == "boolean") return TypeKind::boolean;
    if (word == "integer") return TypeKind::integer;
    if (word == "real") return TypeKind::real;
    if (word == "numeric") return TypeKind::numeric;
    if (word == "text") return TypeKind::text;
    if (word == "json") return TypeKind::json;
    if (word == "jsonb") return TypeKind::jsonb;
    return TypeKind::other;
}

std::vector<std::string> key_names(Table const& table, TextRows const& keys)
{
    std::set<std::string> const wanted(table.key.begin(), table.key.end());
    for (auto const& key : keys) {
        auto names = parse_names(key.at(1));
        if (wanted.empty() ? key.at(0) == "t" : std::set(names.begin(), names.end()) == wanted)
            return names;
    }
    if (!wanted.empty())
        throw ConfigError(
            table.name +
            ": the columns of Table::key have no unique index of their own, or one of them "
            "is not NOT NULL; create the index, or name another key");
    throw ConfigError(
        table.name +
        ": the table has no primary key; add one, or name the columns of a unique index, "
        "all NOT NULL, in Table::key");
}

/// The columns that a list names; an empty list is every column that an upgrade can read or write.
std::vector<std::size_t> declared(std::string const& where, NameList const& names,
                                  TableShape const& shape, bool writing)
{
    std::vector<std::size_t> positions;
    for (auto const& name : names) {
        auto const position = index_of(*shape.columns, name);
        if (position == shape.size())
            throw ConfigError(where + " names the column '" + name +
                              "', which the table does not have; correct its "
                              "spelling, or add the column first");
        positions.push_back(position);
    }
    for (std::size_t i = 0; names.empty() && i < shape.size(); ++i) {
        bool const is_key = std::find(shape.key.begin(), shape.key.end(), i) != shape.key.end();
        if (!writing || !(is_key || i == shape.applied_upgrades || shape.details[i].generated ||
                          shape.details[i].identity_always))
            positions.push_back(i);
    }
    return positions;
}

void fit_writes(std::string const& where, Upgrade const& upgrade, TableShape const& shape)
{
    for (auto const column : declared(where, upgrade.writes, shape, true)) {
        auto const& detail = shape.details[column];
        if (detail.generated || detail.identity_always)
            throw ConfigError(where + " writes '" + shape.name(column) +
                              "', which only PostgreSQL itself may write "
                              "(GENERATED ALWAYS); write the columns that it is made from");
        if (std::find(shape.key.begin(), shape.key.end(), column) != shape.key.end())
            throw ConfigError(where + " writes the key column '" + shape.name(column) +
                              "'; a key cannot be changed by an upgrade");
    }
}

/// Whether a generation expression may name the column, as it is or in double quotes.
bool names(std::string const& expression, std::string const& column)
{
    return expression.find(column) != std::string::npos ||
           expression.find(quote_identifier(column)) != std::string::npos;
}

/// A later upgrade of the same visit reads what the earlier one returned, not yet what PostgreSQL
/// stored.
void fit_order(std::string const& where, std::size_t read, Upgrade const& earlier,
               TableShape const& shape)
{
    auto const& detail = shape.details[read];
    auto const advice =
        "; put it before '" + earlier.name + "', or declare reads and writes that do not meet";
    for (auto const written : declared(where, earlier.writes, shape, true)) {
        if (written == read && !detail.storing_keeps)
            throw ConfigError(
                where + " reads '" + shape.name(read) + "', which '" + earlier.name +
                "' may write before, and storing a value of type " +
                (*shape.columns)[read].type.name +
                " may change it (boolean, integers, double precision, text and jsonb keep theirs)" +
                advice);
        if (detail.generated && names(detail.generated_from, shape.name(written)))
            throw ConfigError(where + " reads the generated column '" + shape.name(read) +
                              "', which follows '" + shape.name(written) + "' that '" +
                              earlier.name + "' may write before" + advice);
    }
}

void fit_upgrade(Table const& table, std::size_t at, TableShape const& shape)
{
    auto const& upgrade = table.upgrades[at];
    auto const where = table.name + ": upgrade '" + upgrade.name + "'";
    fit_writes(where, upgrade, shape);
    for (auto const column : declared(where, upgrade.reads, shape, false)) {
        if (shape.details[column].object_name)
            throw ConfigError(where + " reads '" + shape.name(column) + "' of type " +
                              (*shape.columns)[column].type.name +
                              ", whose text depends on search_path; declare reads without it");
        for (std::size_t earlier = 0; earlier < at; ++earlier)
            fit_order(where, column, table.upgrades[earlier], shape);
    }
}

} // namespace

std::size_t TableShape::position(std::string_view column) const
{
    auto const found = index_of(*columns, column);
    if (found == size())
        throw ConfigError(qualified + ": there is no column '" + std::string(column) + "'");
    return found;
}

std::vector<std::size_t> TableShape::positions(NameList const& names) const
{
    std::vector<std::size_t> found;
    for (auto const& name : names) found.push_back(position(name));
    return found;
}

TableShape make_shape(Table const& table, TextRows const& columns, TextRows const& keys)
{
    if (columns.empty())
        throw ConfigError(table.name +
                          ": there is no such table; create it first, or name its schema");
    TableShape shape;
    auto const& first = columns.front();
    shape.schema = first.at(0).value();
    shape.relation = first.at(1).value();
    shape.qualified = quote_identifier(shape.schema) + "." + quote_identifier(shape.relation);
    shape.relkind = first.at(2).value().at(0);
    shape.heap = first.at(3) == "t";
    shape.update_of_trigger = first.at(4) == "t";
    Columns named;
    for (auto const& row : columns) {
        auto const is = [&](std::size_t i) { return row.at(i) == "t"; };
        named.push_back({.name = row.at(5).value(),
                         .type = {.name = row.at(6).value(),
                                  .kind = kind_of(row.at(7).value()),
                                  .array = is(8),
                                  .delimiter = row.at(9).value().at(0)},
                         .generated_always = is(13) || is(15)});
        shape.details.push_back({.cast_type = row.at(10).value(),
                                 .own_text_cast = is(11),
                                 .input_through_array = is(12),
                                 .generated = is(13),
                                 .generated_from = row.at(14).value_or(""),
                                 .identity_always = is(15),
                                 .object_name = is(16),
                                 .storing_keeps = is(17)});
    }
    shape.columns = std::make_shared<Columns const>(std::move(named));
    shape.applied_upgrades = index_of(*shape.columns, "applied_upgrades");
    if (shape.applied_upgrades == shape.size())
        throw ConfigError(
            table.name + ": the column applied_upgrades is missing; add it with: rowbot prepare '" +
            table.name + "'");
    auto const& type = (*shape.columns)[shape.applied_upgrades].type;
    if (type.name != "text[]")
        throw ConfigError(table.name + ": the column applied_upgrades is of type " + type.name +
                          "; Rowbot needs text[]: rename that column, then run: rowbot prepare '" +
                          table.name + "'");
    for (auto const& name : key_names(table, keys)) shape.key.push_back(shape.position(name));
    return shape;
}

Table fit(Table table, TableShape const& shape)
{
    std::vector<std::string> key;
    for (auto const column : shape.key) key.push_back(shape.name(column));
    table.key = key;
    for (std::size_t i = 0; i < table.upgrades.size(); ++i) fit_upgrade(table, i, shape);
    return table;
}

} // namespace rowbot::detail
