// SPDX-License-Identifier: MIT
#pragma once

#include "walk/row_reader.hpp"
#include "walk/write_sql.hpp"

#include <functional>
#include <unordered_set>

namespace rowbot
{

/// The lease went to somebody else: nothing may be written any more.
class LeaseLost : public Error
{
public:
    LeaseLost() : Error("another worker took over the walk") {}
};

/// Rows that failed in this round; they are not tried again before the next. Thread-safe.
class FailedRows
{
public:
    /// Remembers a row; true where it is new. Throws Error above 100,000 rows: that is no bad row
    /// any more.
    bool add(std::string const& leaf, Key const& key);
    bool contains(std::string const& leaf, Key const& key) const;
    std::int64_t size() const;
    void clear();

private:
    mutable std::mutex mutex_;
    std::unordered_set<std::size_t>
        rows_; // hashes: a collision would postpone a row to the next round
};

/// What became of a batch.
struct Written {
    std::int64_t rows = 0, conflicts = 0, failed = 0;
    std::int64_t locked = 0; ///< Left pending because somebody has them.
    std::map<std::string, std::int64_t> by_upgrade{};

    Written& operator+=(Written const& more)
    {
        rows += more.rows, conflicts += more.conflicts, failed += more.failed;
        locked += more.locked;
        for (auto const& [upgrade, count] : more.by_upgrade) by_upgrade[upgrade] += count;
        return *this;
    }
};

/// Writes batches of one leaf through one session. One thread.
class RowWriter
{
public:
    /// Called in each transaction before COMMIT with what it wrote; throws LeaseLost to roll it
    /// back.
    using Record = std::function<void(Work&, Written const&)>;

    RowWriter(Session& session, KnownTable const& table, Leaf const& leaf,
              std::vector<std::string> const& removals, FailedRows& failed, Observer& observer,
              Record record);

    /// Writes what the guard lets through, tries what it missed once more, then row by row under a
    /// lock; leaves rows pending that others have locked; finds rows that PostgreSQL refuses and
    /// sets them aside. After a stop it leaves out the rest. Throws what recovery_for does not
    /// bisect.
    Written write(Batch& batch, std::stop_token stop);

    /// What write() wants of a batch; any thread may call it while write() runs.
    Prepared prepare(std::span<VisitedRow const> rows) const
    {
        return prepared(table_, leaf_.shape, rows, removals_);
    }

private:
    enum class Tried : char { written, refused, locked };

    void write_batch(Prepared const& batch, std::vector<Key>& missed);
    void write_part(std::span<VisitedRow> rows, std::vector<Key>& missed);
    Tried attempt(Prepared const& rows, std::vector<Key>& missed);
    bool try_free_rows(std::span<VisitedRow const> rows, std::vector<Key>& missed);
    void write_in(Work& work, Prepared const& rows, std::vector<Key>& missed);
    void again(std::vector<Key> const& missed);
    std::vector<VisitedRow> read_again(std::vector<Key> const& keys);
    void find_fault(std::span<VisitedRow> rows, std::vector<Key>& missed);
    /// Visits the row under a lock; `one_at_a_time`: each upgrade in a transaction of its own.
    void visit_locked(Key const& key, bool one_at_a_time);
    bool visit_step(Key const& key, bool one_at_a_time);
    void fail(Key const& key, UpgradeError const& error);
    void count(std::vector<std::size_t> const& upgrades, Written& written) const;

    Session& session_;
    KnownTable const& table_;
    Leaf const& leaf_;
    std::vector<std::string> const& removals_;
    FailedRows& failed_;
    Observer& observer_;
    Record record_;
    RowReader reader_;
    std::stop_token stop_{};
    Written total_{};
};

} // namespace rowbot
