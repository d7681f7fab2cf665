// SPDX-License-Identifier: MIT
#pragma once

// Private to Rowbot. What readers saw of a table, kept in a temporary table with columns of the
// same types, and how the table differs from it: see testing_agreement.hpp.

#include <rowbot/repository.hpp>

namespace rowbot::detail
{

/// What is compared. The functions below run in a session: see session.hpp.
struct Agreement {
    std::shared_ptr<BoundTable const> bound{};
    std::vector<std::size_t> columns{}; ///< Positions in the table's columns.
    std::vector<std::string> names{};   ///< Of the inline upgrades.
    std::int64_t rows_pending = 0;      ///< Of those that were read.
};

/// A domain object without a meaning.
class ReadRow
{
public:
    explicit ReadRow(EffectiveRow row) : row_(std::move(row)) {}
    EffectiveRow& row() noexcept { return row_; }

private:
    EffectiveRow row_;
};

/// Whether an upgrade that runs there may write the column.
inline bool may_write(BoundTable const& bound, std::size_t column, Runs runs)
{
    auto const& upgrades = bound.table.upgrades;
    return std::any_of(upgrades.begin(), upgrades.end(), [&](Upgrade const& upgrade) {
        return upgrade.runs == runs &&
               (upgrade.writes.empty() || upgrade.writes.contains(bound.shape.name(column)));
    });
}

inline Agreement agreement_of(pqxx::transaction_base& tx, Table const& table)
{
    Agreement made{.bound = bind(table, tx)};
    auto const& shape = made.bound->shape;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        auto const& detail = shape.details[i];
        bool const key = std::find(shape.key.begin(), shape.key.end(), i) != shape.key.end();
        if (!key && i != shape.applied_upgrades && !detail.generated && !detail.identity_always &&
            may_write(*made.bound, i, Runs::everywhere) &&
            !may_write(*made.bound, i, Runs::in_worker_only))
            made.columns.push_back(i);
    }
    for (auto const& upgrade : table.upgrades)
        if (pending(upgrade, {})) made.names.push_back(upgrade.name);
    if (made.columns.empty())
        throw ConfigError(table.name + ": there is no column to compare: only those count that "
                                       "inline upgrades write and worker-only ones do not; declare "
                                       "the writes of each");
    return made;
}

/// `k0, k1, …` for the key, `c0, c1, …` for the columns: names that no table's columns can clash
/// with.
inline std::string as_read(char letter, std::size_t at)
{
    return letter + std::to_string(at);
}

/// The columns of the table under the names of as_read().
inline std::string renamed(Agreement const& agreement)
{
    auto const& shape = agreement.bound->shape;
    std::string list;
    auto const add = [&](char letter, std::vector<std::size_t> const& columns) {
        for (std::size_t i = 0; i < columns.size(); ++i)
            list += (list.empty() ? "t." : ", t.") + quote_identifier(shape.name(columns[i])) +
                    " AS " + as_read(letter, i);
    };
    add('k', shape.key);
    add('c', agreement.columns);
    return list;
}

/// Stores a row as it was read, through the types of its columns. Throws UpgradeError where an
/// upgrade failed on it, Error where the types refuse a value.
inline void store(pqxx::transaction_base& tx, Agreement const& agreement, EffectiveRow const& row)
{
    if (row.failure() != nullptr) throw *row.failure();
    auto const& shape = agreement.bound->shape;
    Statement insert{.sql = "INSERT INTO pg_temp.rowbot_as_read VALUES ("};
    auto const add = [&](std::vector<std::size_t> const& columns) {
        for (auto const column : columns) {
            std::optional<std::string> text;
            if (auto const value = row.text(shape.name(column))) text = *value;
            auto const input = insert.add(std::move(text));
            insert.sql += (insert.sql.ends_with('(') ? "" : ", ") + assigned(shape, column, input);
        }
    };
    add(shape.key);
    add(agreement.columns);
    insert.sql += ")";
    try {
        execute(tx, insert);
    } catch (pqxx::broken_connection const&) {
        throw;
    } catch (pqxx::sql_error const& e) {
        throw Error(row.table() + " " + row.key() +
                    ": what was read cannot be stored: " + e.what());
    }
}

/// Reads all rows as if upgraded and keeps them in pg_temp.rowbot_as_read.
inline Agreement remember(pqxx::transaction_base& tx, Table const& table)
{
    auto agreement = agreement_of(tx, table);
    auto const from = " FROM " + agreement.bound->target + " AS t" +
                      (table.where.empty() ? "" : " WHERE (" + table.where + ")");
    auto const counted =
        tx.exec("SELECT count(*) FILTER (WHERE NOT coalesce(t.applied_upgrades, '{}') @> " +
                name_array(agreement.names) + ")" + from);
    agreement.rows_pending = std::stoll(counted[0][0].c_str());
    tx.exec("DROP TABLE IF EXISTS pg_temp.rowbot_as_read");
    tx.exec("CREATE TEMPORARY TABLE rowbot_as_read AS SELECT " + renamed(agreement) + from +
            " WITH NO DATA");
    // Through a cursor, so that memory holds some rows and not the table.
    tx.exec("DECLARE rowbot_as_read NO SCROLL CURSOR FOR SELECT t.*" + from);
    Repository<ReadRow> const rows(table);
    for (;;) {
        auto some = rows.read(tx, "FETCH 500 FROM rowbot_as_read");
        if (some.empty()) break;
        for (auto& read : some) store(tx, agreement, read.row());
    }
    tx.exec("CLOSE rowbot_as_read");
    return agreement;
}

} // namespace rowbot::detail
