// SPDX-License-Identifier: MIT
#include "walk/row_writer.hpp"

#include "walk/recovery.hpp"
#include "walk/upgrade_transaction.hpp"

namespace rowbot
{

namespace
{

/// A trigger took the upgrade's name out of the row again.
struct NamesGone {
};

/// Of the key's values each with its length: as messages show them, two keys may look alike.
std::size_t hash(std::string const& leaf, Key const& key)
{
    auto text = leaf;
    for (auto const& value : key)
        text += " " + std::to_string(value.value_or("").size()) + ":" + value.value_or("");
    return std::hash<std::string>{}(text);
}

} // namespace

bool FailedRows::add(std::string const& leaf, Key const& key)
{
    std::lock_guard const lock(mutex_);
    if (rows_.size() >= 100'000)
        throw Error(leaf + ": 100,000 rows failed; the upgrade itself must be at fault, mend it");
    return rows_.insert(hash(leaf, key)).second;
}

bool FailedRows::contains(std::string const& leaf, Key const& key) const
{
    std::lock_guard const lock(mutex_);
    return !rows_.empty() && rows_.contains(hash(leaf, key));
}

std::int64_t FailedRows::size() const
{
    std::lock_guard const lock(mutex_);
    return static_cast<std::int64_t>(rows_.size());
}

void FailedRows::clear()
{
    std::lock_guard const lock(mutex_);
    rows_.clear();
}

RowWriter::RowWriter(Session& session, KnownTable const& table, Leaf const& leaf,
                     std::vector<std::string> const& removals, FailedRows& failed,
                     Observer& observer, Record record)
    : session_(session), table_(table), leaf_(leaf), removals_(removals), failed_(failed),
      observer_(observer), record_(std::move(record)), reader_(table, leaf)
{
}

Written RowWriter::write(Batch& batch, std::stop_token stop)
{
    total_ = {};
    stop_ = std::move(stop);
    std::vector<Key> missed;
    write_batch(batch.rows, missed);
    for (std::size_t i = 0; i < batch.failures.size(); ++i)
        fail(batch.failed_keys[i], batch.failures[i]);
    again(missed);
    for (auto const& key : batch.transactional) visit_locked(key, true);
    return total_;
}

/// At first as it was prepared; where that fails, from what is in the table now.
void RowWriter::write_batch(Prepared const& batch, std::vector<Key>& missed)
{
    if (batch.keys.empty() || stop_.stop_requested()) return;
    auto const tried = attempt(batch, missed);
    if (tried == Tried::written) return;
    auto rows = read_again(batch.keys);
    if (tried == Tried::locked && try_free_rows(rows, missed)) return;
    find_fault(rows, missed);
}

void RowWriter::write_part(std::span<VisitedRow> rows, std::vector<Key>& missed)
{
    if (rows.empty() || stop_.stop_requested()) return;
    auto const tried = attempt(prepare(rows), missed);
    if (tried == Tried::written) return;
    if (tried == Tried::locked && try_free_rows(rows, missed)) return;
    find_fault(rows, missed);
}

/// Halves what PostgreSQL refuses, each half in a transaction of its own, until the row is found.
void RowWriter::find_fault(std::span<VisitedRow> rows, std::vector<Key>& missed)
{
    if (rows.empty() || stop_.stop_requested()) return;
    if (rows.size() == 1) return visit_locked(key_of(leaf_.shape, rows[0].as_read), true);
    write_part(rows.first(rows.size() / 2), missed);
    write_part(rows.subspan(rows.size() / 2), missed);
}

/// Where it is not written, nothing of it was.
RowWriter::Tried RowWriter::attempt(Prepared const& rows, std::vector<Key>& missed)
{
    try {
        Work work(session_, Purpose::write);
        write_in(work, rows, missed);
        return Tried::written;
    } catch (NamesGone const&) {
        return Tried::refused;
    } catch (pqxx::sql_error const& e) {
        auto const recovery = recovery_for(std::current_exception());
        bool const lock_timeout = e.sqlstate() == "55P03";
        if (recovery != Recovery::bisect && (!lock_timeout || stop_.stop_requested())) throw;
        return lock_timeout ? Tried::locked : Tried::refused;
    }
}

/// The part without the rows that somebody has locked: they stay pending, for a later pass.
bool RowWriter::try_free_rows(std::span<VisitedRow const> rows, std::vector<Key>& missed)
{
    std::vector<Key> keys;
    for (auto const& row : rows) keys.push_back(key_of(leaf_.shape, row.as_read));
    // Takes the table's lock of an UPDATE, for which LOCK TABLE would want rights on every column.
    // Where the whole table is locked, this throws: then it is no matter of rows.
    Work work(session_, Purpose::write,
              "EXPLAIN UPDATE ONLY " + leaf_.shape.qualified +
                  " SET applied_upgrades = '{}' WHERE false");
    auto const free = reader_.lock_free(work, keys);
    std::vector<VisitedRow> unlocked;
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (free[i]) unlocked.push_back(rows[i]);
    try {
        write_in(work, prepare(unlocked), missed);
        total_.locked += static_cast<std::int64_t>(rows.size() - unlocked.size());
        return true;
    } catch (NamesGone const&) {
        return false;
    } catch (pqxx::sql_error const& e) {
        // A lock that our lock on the row does not meet, say of a foreign key: find the row.
        if (e.sqlstate() != "55P03" && recovery_for(std::current_exception()) != Recovery::bisect)
            throw;
        return false;
    }
}

/// Commits; nothing is counted before that.
void RowWriter::write_in(Work& work, Prepared const& rows, std::vector<Key>& missed)
{
    std::vector<bool> matched(rows.keys.size());
    Written written;
    for (auto const& statement : rows.statements)
        for (auto const& row : work.exec(statement.sql, statement.params)) {
            // NOLINTNEXTLINE(hicpp-exception-baseclass): no error, and it does not leave this file
            if (!row[1].as<bool>()) throw NamesGone(); // visit_step says so
            matched[statement.rows[row[0].as<std::size_t>() - 1]] = true;
        }
    for (std::size_t i = 0; i < matched.size(); ++i)
        if (matched[i]) count(rows.upgrades[i], written);
    record_(work, written);
    work.commit();
    total_ += written;
    for (std::size_t i = 0; i < matched.size(); ++i)
        if (!matched[i]) missed.push_back(rows.keys[i]);
}

void RowWriter::count(std::vector<std::size_t> const& upgrades, Written& written) const
{
    ++written.rows;
    for (auto const upgrade : upgrades) ++written.by_upgrade[table_.table.upgrades[upgrade].name];
}

/// Rows that the guard kept from being written: read once more, then, what misses again, under a
/// lock.
void RowWriter::again(std::vector<Key> const& missed)
{
    if (missed.empty() || stop_.stop_requested()) return;
    total_.conflicts += static_cast<std::int64_t>(missed.size());
    auto rows = read_again(missed);
    std::vector<Key> missed_twice;
    write_part(rows, missed_twice);
    for (auto const& key : missed_twice) visit_locked(key, false);
}

/// Those that are still pending, as they are now, with their upgrades applied.
std::vector<VisitedRow> RowWriter::read_again(std::vector<Key> const& keys)
{
    std::vector<VisitedRow> rows;
    Work work(session_, Purpose::read);
    for (auto& row : reader_.keys(work, keys)) {
        auto applied = upgraded(table_.table, row);
        if (applied.failure) fail(key_of(leaf_.shape, row), *applied.failure);
        if (!applied.steps.empty()) rows.push_back({std::move(row), std::move(applied)});
    }
    work.commit();
    return rows;
}

void RowWriter::visit_locked(Key const& key, bool one_at_a_time)
{
    for (std::size_t i = 0; i <= table_.table.upgrades.size() && !stop_.stop_requested(); ++i)
        if (!visit_step(key, one_at_a_time)) return;
}

/// True where the row was written and may have more upgrades pending.
bool RowWriter::visit_step(Key const& key, bool one_at_a_time)
{
    std::string upgrade;
    try {
        // The function of an upgrade with a Transaction runs in between, and may take its time.
        Work work(session_, Purpose::write,
                  one_at_a_time ? "SET LOCAL idle_in_transaction_session_timeout = '10min'" : "");
        auto row = reader_.locked(work, key);
        if (!row) return false;
        UpgradeTransaction transaction(work, table_.table);
        VisitedRow visited{*row, one_at_a_time ? upgraded(table_.table, *row, &transaction, 1)
                                               : upgraded(table_.table, *row)};
        transaction.must_be_whole(visited.applied);
        auto const& steps = visited.applied.steps;
        if (visited.applied.failure) fail(key, *visited.applied.failure);
        if (steps.empty()) return false;
        upgrade = table_.table.upgrades[steps.back().upgrade].name;

        auto const ready = prepare({&visited, 1});
        auto const& statement = ready.statements.front();
        auto const result = work.exec(statement.sql, statement.params);
        if (result.empty() || !result[0][1].as<bool>()) {
            fail(key, {table_.table.name, row->key(), upgrade,
                       result.empty()
                           ? "the UPDATE changed no row although the row is locked and unchanged; "
                             "a trigger suppresses it (returns NULL), or a policy does"
                           : "the UPDATE did not leave the upgrade's name in applied_upgrades; a "
                             "trigger changes that column, so the upgrade would run for ever"});
            return false;
        }
        Written written;
        count(ready.upgrades.front(), written);
        record_(work, written);
        work.commit();
        total_ += written;
        return one_at_a_time;
    } catch (pqxx::sql_error const& e) {
        auto const recovery = recovery_for(std::current_exception());
        if (recovery == Recovery::retry) {
            ++total_.locked; // the next pass finds it pending
            return false;
        }
        if (recovery != Recovery::bisect) throw;
        if (!one_at_a_time) return visit_locked(key, true), false;
        fail(key, {table_.table.name, detail::key_text(key), upgrade,
                   "PostgreSQL refused the row (SQLSTATE " + e.sqlstate() + "): " + message_of(e)});
        return false;
    }
}

void RowWriter::fail(Key const& key, UpgradeError const& error)
{
    if (!failed_.add(leaf_.shape.qualified, key)) return;
    ++total_.failed;
    observer_.row_failed(error);
}

} // namespace rowbot
