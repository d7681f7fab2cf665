// SPDX-License-Identifier: MIT
#include "walk/write_sql.hpp"

#include "store/binary_array.hpp"

#include <openssl/sha.h>

#include <algorithm>
#include <set>

namespace rowbot
{
namespace
{

constexpr std::size_t most_sets = 4;
constexpr std::size_t hashed_above_bytes = 8192;

using ColumnSet = std::vector<std::size_t>;

/// Rows that one statement can write alike.
struct Group {
    ColumnSet upgrades{}; ///< Which ran.
    ColumnSet written{};
    ColumnSet guarded{}; ///< Sources of the upgrades that ran, and the written columns.
    ColumnSet hashed{};  ///< Those of `guarded` whose values are compared by their SHA-256.
    std::vector<std::size_t> rows{};

    bool same_set(Group const& other) const
    {
        return upgrades == other.upgrades && written == other.written && hashed == other.hashed;
    }
};

bool contains(ColumnSet const& set, std::size_t column)
{
    return std::binary_search(set.begin(), set.end(), column);
}

Group group_of(Table const& table, detail::TableShape const& leaf, VisitedRow const& row)
{
    Group group;
    std::set<std::size_t> guarded;
    for (auto const& step : row.applied.steps) {
        group.upgrades.push_back(step.upgrade);
        auto const& reads = table.upgrades[step.upgrade].reads;
        for (auto const column : leaf.positions(reads)) guarded.insert(column);
        for (std::size_t i = 0; reads.empty() && i < leaf.size(); ++i)
            if (i != leaf.applied_upgrades) guarded.insert(i);
    }
    for (auto const& [column, value] : row.applied.changes()) group.written.push_back(column);
    guarded.insert(group.written.begin(), group.written.end());
    group.guarded.assign(guarded.begin(), guarded.end());
    for (auto const column : group.guarded)
        if (row.as_read.at(column).text.size() > hashed_above_bytes &&
            !leaf.details[column].own_text_cast)
            group.hashed.push_back(column);
    return group;
}

std::string sha256(std::string const& text)
{
    std::string digest(SHA256_DIGEST_LENGTH, '\0');
    SHA256(reinterpret_cast<unsigned char const*>(text.data()), text.size(),
           reinterpret_cast<unsigned char*>(digest.data()));
    return digest;
}

/// Collects the arrays of one statement and names them as columns of `v`.
class Inputs
{
public:
    explicit Inputs(std::size_t rows) : rows_(rows) {}

    template <class ValueOf> std::string add(ElementType type, ValueOf const& value_of)
    {
        std::vector<std::optional<std::string>> values;
        for (std::size_t i = 0; i < rows_; ++i) values.push_back(value_of(i));
        params_.binary.push_back(binary_array(values, type));
        auto const number = std::to_string(params_.binary.size());
        arrays_ += (arrays_.empty() ? "$" : ", $") + number +
                   (type == ElementType::bytea ? "::bytea[]" : "::text[]");
        names_ += "v" + number + ", ";
        return "v.v" + number;
    }

    std::string from() const
    {
        return "unnest(" + arrays_ + ") WITH ORDINALITY AS v (" + names_ + "ord)";
    }
    Params take() { return std::move(params_); }

private:
    std::size_t rows_;
    Params params_;
    std::string arrays_, names_;
};

/// Writes the rows of one group; or, masked, rows of several groups whose column sets are united in
/// it.
Statement statement(KnownTable const& known, detail::TableShape const& leaf,
                    std::span<VisitedRow const> all, Group const& group,
                    std::vector<Group> const& masked, std::vector<std::string> const& removals)
{
    Inputs inputs(group.rows.size());
    auto const row_at = [&](std::size_t i) -> VisitedRow const& { return all[group.rows[i]]; };
    std::vector<Group const*> own; // of each row, where masked
    if (!masked.empty()) {
        own.resize(all.size());
        for (auto const& part : masked)
            for (auto const row : part.rows) own[row] = &part;
    }
    auto const mask = [&](ColumnSet Group::*set, std::size_t column) {
        return inputs.add(ElementType::text, [&](std::size_t i) -> std::optional<std::string> {
            if (contains(own[group.rows[i]]->*set, column)) return "x";
            return std::nullopt;
        }) + " IS NULL";
    };

    std::vector<std::string> key;
    for (auto const column : leaf.key)
        key.push_back(inputs.add(ElementType::text, [&](std::size_t i) {
            return row_at(i).as_read.at(column).optional();
        }));
    auto const names = inputs.add(ElementType::text, [&](std::size_t i) {
        return row_at(i).as_read.at(leaf.applied_upgrades).optional();
    });

    std::string applied = "coalesce(t.applied_upgrades, '{}')";
    for (auto const& name : removals)
        applied = "array_remove(" + applied + ", " + detail::quote_literal(name) + ")";
    std::string sql = "applied_upgrades = " + applied + " || " +
                      inputs.add(ElementType::text,
                                 [&](std::size_t i) -> std::optional<std::string> {
                                     std::vector<std::string> added;
                                     for (auto const& step : row_at(i).applied.steps)
                                         added.push_back(known.table.upgrades[step.upgrade].name);
                                     return detail::array_parameter(added);
                                 }) +
                      "::text[]";
    for (auto const column : group.written) {
        auto const value =
            detail::assigned(leaf, column, inputs.add(ElementType::text, [&](std::size_t i) {
                return row_at(i).applied.row.at(column).optional();
            }));
        auto const name = detail::quote_identifier(leaf.name(column));
        sql += ", " + name + " = ";
        if (masked.empty())
            sql += value;
        else
            sql += "CASE WHEN " + mask(&Group::written, column) + " THEN t." + name + " ELSE " +
                   value + " END";
    }

    std::string guard = detail::key_matches(leaf, key) +
                        " AND coalesce(t.applied_upgrades, '{}') = coalesce(" + names +
                        "::text[], '{}')";
    for (auto const column : group.guarded) {
        bool const hashed = contains(group.hashed, column);
        auto const old =
            inputs.add(hashed ? ElementType::bytea : ElementType::text, [&](std::size_t i) {
                auto value = row_at(i).as_read.at(column).optional();
                return hashed && value ? std::optional(sha256(*value)) : std::move(value);
            });
        auto const unchanged = detail::unchanged(leaf, column, old, hashed);
        guard += masked.empty()
                     ? " AND " + unchanged
                     : " AND (" + mask(&Group::guarded, column) + " OR " + unchanged + ")";
    }

    // A row whose partition key changes has to be moved, which only an UPDATE of the root does.
    bool const through_root =
        !known.partition_key.empty() || known.partitioned_by_expression
            ? known.partitioned_by_expression ||
                  std::any_of(group.written.begin(), group.written.end(),
                              [&](auto column) {
                                  return std::find(known.partition_key.begin(),
                                                   known.partition_key.end(),
                                                   leaf.name(column)) != known.partition_key.end();
                              })
            : false;
    auto const target = through_root ? known.shape.qualified : "ONLY " + leaf.qualified;
    return {"UPDATE " + target + " AS t SET " + sql + " FROM " + inputs.from() + " WHERE " + guard +
                " RETURNING v.ord",
            inputs.take(), group.rows};
}

Group united(std::vector<Group> const& groups)
{
    std::set<std::size_t> written, guarded, rows;
    for (auto const& group : groups) {
        written.insert(group.written.begin(), group.written.end());
        guarded.insert(group.guarded.begin(), group.guarded.end());
        rows.insert(group.rows.begin(), group.rows.end());
    }
    return {.written = {written.begin(), written.end()},
            .guarded = {guarded.begin(), guarded.end()},
            .rows = {rows.begin(), rows.end()}};
}

} // namespace

std::vector<Statement> write_statements(KnownTable const& table, detail::TableShape const& leaf,
                                        std::span<VisitedRow const> rows,
                                        std::vector<std::string> const& removals)
{
    std::vector<Group> groups;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows[i].applied.steps.empty()) continue;
        auto group = group_of(table.table, leaf, rows[i]);
        auto found = std::find_if(groups.begin(), groups.end(),
                                  [&](auto const& g) { return g.same_set(group); });
        if (found == groups.end()) found = groups.insert(groups.end(), std::move(group));
        found->rows.push_back(i);
    }
    std::vector<Statement> statements;
    if (groups.size() > most_sets && !leaf.update_of_trigger) {
        statements.push_back(statement(table, leaf, rows, united(groups), groups, removals));
    } else {
        for (auto const& group : groups)
            statements.push_back(statement(table, leaf, rows, group, {}, removals));
    }
    return statements;
}

} // namespace rowbot
