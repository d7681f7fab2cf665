// SPDX-License-Identifier: MIT
#include "walk/write_sql.hpp"

#include "store/binary_array.hpp"
#include "walk/write_groups.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>

namespace rowbot
{
namespace
{

constexpr std::size_t most_sets = 4;

std::string sha256(std::string const& text)
{
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    if (EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1)
        throw Error("OpenSSL cannot compute SHA-256");
    return {digest.begin(), digest.end()};
}

/// Writes the UPDATE of one group. Its values travel as arrays, one a column, which SQL names v.v1,
/// v.v2, … Where groups are united, a mask tells for each row which columns are its own.
class GuardedUpdate
{
public:
    GuardedUpdate(KnownTable const& table, detail::TableShape const& leaf,
                  std::span<VisitedRow const> batch, WriteGroup const& group,
                  std::vector<WriteGroup> const& parts)
        : table_(table), leaf_(leaf), batch_(batch), group_(group), part_of_(batch.size()),
          masked_(!parts.empty())
    {
        for (auto const& part : parts)
            for (auto const row : part.rows) part_of_[row] = &part;
    }

    Statement statement(std::vector<std::string> const& removals)
    {
        auto const added = names();
        auto sql = "UPDATE ONLY " + leaf_.qualified +
                   " AS t SET applied_upgrades = " + kept(removals) + " || " + added;
        for (auto const column : group_.written) sql += ", " + assignment(column);
        auto guard = key_and_names();
        for (auto const column : group_.guarded) guard += " AND " + unchanged(column);
        // Not FROM unnest(…) WITH ORDINALITY, which copies every value into a tuplestore and out
        // of it again.
        sql += " FROM (SELECT " + arrays_ + "generate_series(1, " +
               std::to_string(group_.rows.size()) + ") AS ord) AS v";
        return {sql + " WHERE " + guard + " RETURNING v.ord, coalesce(t.applied_upgrades @> " +
                    added + ", false)",
                std::move(params_), group_.rows};
    }

private:
    /// Adds an array with a value for each row and returns its name. What the views point to need
    /// only live as long as the call.
    template <class ValueOf> std::string add(ElementType type, ValueOf const& value_of)
    {
        std::vector<std::optional<std::string_view>> values;
        values.reserve(group_.rows.size());
        for (auto const row : group_.rows) values.push_back(value_of(row));
        params_.binary.push_back(binary_array(values, type));
        auto const number = std::to_string(params_.binary.size());
        arrays_ += "unnest($" + number +
                   (type == ElementType::bytea ? "::bytea[]) AS v" : "::text[]) AS v") + number +
                   ", ";
        return "v.v" + number;
    }

    std::string as_read(std::size_t column)
    {
        return add(ElementType::text,
                   [&](std::size_t row) { return view(batch_[row].as_read.at(column)); });
    }

    static std::optional<std::string_view> view(Value const& value)
    {
        if (value.state != Value::State::text) return std::nullopt;
        return value.text;
    }

    /// The same for a column of which all rows have the same value, most often: a constant then,
    /// which the server need not take apart for each row.
    template <class ValueOf>
    std::string constant_or_added(ValueOf const& value_of, std::string const& type)
    {
        auto const first = value_of(group_.rows.front());
        if (std::all_of(group_.rows.begin(), group_.rows.end(),
                        [&](auto const row) { return value_of(row) == first; }))
            return (first ? detail::quote_literal(*first) : "NULL") + "::" + type;
        std::vector<std::optional<std::string>> kept_alive;
        kept_alive.reserve(group_.rows.size());
        return add(ElementType::text,
                   [&](std::size_t row) -> std::optional<std::string_view> {
                       return kept_alive.emplace_back(value_of(row));
                   }) +
               "::" + type;
    }

    /// True, in SQL, for a row in whose own group the column is not in the set.
    std::string not_its_own(ColumnSet WriteGroup::*set, std::size_t column)
    {
        return add(ElementType::text,
                   [&](std::size_t row) -> std::optional<std::string_view> {
                       auto const& own = part_of_[row]->*set;
                       if (!std::binary_search(own.begin(), own.end(), column)) return std::nullopt;
                       return "own";
                   }) +
               " IS NULL";
    }

    static std::string kept(std::vector<std::string> const& removals)
    {
        std::string names = "coalesce(t.applied_upgrades, '{}')";
        for (auto const& name : removals)
            names = "array_remove(" + names + ", " + detail::quote_literal(name) + ")";
        return names;
    }

    /// The names to be added, in SQL.
    std::string names()
    {
        return constant_or_added(
            [&](std::size_t row) {
                std::vector<std::string> applied;
                for (auto const& step : batch_[row].applied.steps)
                    applied.push_back(table_.table.upgrades[step.upgrade].name);
                return std::optional(detail::array_parameter(applied));
            },
            "text[]");
    }

    std::string assignment(std::size_t column)
    {
        auto const value =
            detail::assigned(leaf_, column, add(ElementType::text, [&](std::size_t row) {
                                 return view(batch_[row].applied.row.at(column));
                             }));
        auto const name = detail::quote_identifier(leaf_.name(column));
        if (!masked_) return name + " = " + value;
        return name + " = CASE WHEN " + not_its_own(&WriteGroup::written, column) + " THEN t." +
               name + " ELSE " + value + " END";
    }

    std::string key_and_names()
    {
        std::vector<std::string> key;
        for (auto const column : leaf_.key) key.push_back(as_read(column));
        return detail::key_matches(leaf_, key) +
               " AND coalesce(t.applied_upgrades, '{}') = coalesce(" +
               constant_or_added(
                   [&](std::size_t row) {
                       return batch_[row].as_read.at(leaf_.applied_upgrades).optional();
                   },
                   "text[]") +
               ", '{}')";
    }

    std::string unchanged(std::size_t column)
    {
        bool const hashed = std::binary_search(group_.hashed.begin(), group_.hashed.end(), column);
        std::vector<std::string> digests;
        digests.reserve(group_.rows.size());
        auto const old = !hashed ? as_read(column) : add(ElementType::bytea, [&](std::size_t row) {
            return std::optional<std::string_view>(
                digests.emplace_back(sha256(batch_[row].as_read.at(column).text)));
        });
        auto same = detail::unchanged(leaf_, column, old, hashed);
        if (!masked_) return same;
        return "(" + not_its_own(&WriteGroup::guarded, column) + " OR " + same + ")";
    }

    KnownTable const& table_;
    detail::TableShape const& leaf_;
    std::span<VisitedRow const> batch_;
    WriteGroup const& group_;
    std::vector<WriteGroup const*> part_of_; ///< Of each row of the batch, where groups are united.
    bool const masked_;
    Params params_{};
    std::string arrays_{};
};

} // namespace

std::vector<Statement> write_statements(KnownTable const& table, detail::TableShape const& leaf,
                                        std::span<VisitedRow const> rows,
                                        std::vector<std::string> const& removals)
{
    auto const groups = write_groups(table.table, leaf, rows);
    std::vector<Statement> statements;
    if (groups.size() > most_sets && !leaf.update_of_trigger) {
        auto const all = united(groups);
        statements.push_back(GuardedUpdate(table, leaf, rows, all, groups).statement(removals));
    } else {
        for (auto const& group : groups)
            statements.push_back(GuardedUpdate(table, leaf, rows, group, {}).statement(removals));
    }
    return statements;
}

Prepared prepared(KnownTable const& table, detail::TableShape const& leaf,
                  std::span<VisitedRow const> rows, std::vector<std::string> const& removals)
{
    Prepared all{.statements = write_statements(table, leaf, rows, removals)};
    for (auto const& row : rows) {
        all.keys.push_back(key_of(leaf, row.as_read));
        auto& upgrades = all.upgrades.emplace_back();
        for (auto const& step : row.applied.steps) upgrades.push_back(step.upgrade);
    }
    return all;
}

} // namespace rowbot
