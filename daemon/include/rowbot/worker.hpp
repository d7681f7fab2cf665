// SPDX-License-Identifier: MIT
#pragma once

// A Worker walks the registered tables in the background and makes their upgrades permanent. It is
// what `rowbot run` runs; an application may run one in a thread of its own. run() blocks until it
// is asked to stop, or, with `once`, until all that could be done is done.

#include <rowbot/table.hpp>

#include <chrono>
#include <map>
#include <stop_token>

namespace rowbot
{

/// A setting with values of its own for a table (`article`) or for one upgrade
/// (`article/image-width`).
template <class T> class Scoped
{
public:
    /// Takes what converts to T as well: hours for seconds.
    template <class U>
    // NOLINTNEXTLINE(google-explicit-constructor): so that an option reads as its value
    requires std::convertible_to<U, T> Scoped(U value) : values_{{"", T(value)}} {}

    Scoped& set(std::string scope, T value)
    {
        values_.insert_or_assign(std::move(scope), value);
        return *this;
    }

    /// The smallest of the values that apply to the table and to any of these upgrades.
    T smallest(std::string const& table, std::vector<std::string> const& upgrades = {}) const
    {
        T least = values_.at("");
        auto const consider = [&](std::string const& scope) {
            if (auto const found = values_.find(scope); found != values_.end())
                least = std::min(least, found->second);
        };
        consider(table);
        for (auto const& upgrade : upgrades) consider(table + "/" + upgrade);
        return least;
    }

    std::map<std::string, T> const& values() const noexcept { return values_; }

private:
    std::map<std::string, T> values_;
};

/// How long the worker rests between batches.
enum class Pace : char {
    duty,    ///< So long that the share of time spent working is `duty`.
    nanobots ///< Ten times the last batch, at least 1 s, at most 60 s, falling by at most 10 % at a
             ///< time.
};

struct WorkerOptions {
    /// A libpq connection string or URL; what it leaves out comes from PG* variables. Empty: these
    /// alone.
    std::string connection{};
    /// The most rows of one batch, 1 to 100,000; the size adapts below that. More rows write faster
    /// and hold their locks longer; the knee is at 200 to 1,000.
    Scoped<int> batch_rows{500};
    /// How long a batch should take; its size follows. Longer batches hold row locks longer.
    Scoped<std::chrono::milliseconds> batch_target{std::chrono::milliseconds{150}};
    /// The most rows from which one statement of a cleanup takes a name.
    Scoped<int> cleanup_batch_rows{1000};
    /// How long after its proof (and after the last program that carried it) a name may be cleaned
    /// up.
    Scoped<std::chrono::seconds> cleanup_after{std::chrono::hours{24}};
    /// The share of time spent working, over 0 to 1. 1 never rests.
    double duty = 0.5;
    Pace pace = Pace::duty;
    /// Stop while a standby's replay is further behind than this; 0 does not look.
    std::chrono::milliseconds max_lag{std::chrono::seconds{10}};
    /// How often finished tables are asked whether they have changed.
    std::chrono::milliseconds recheck{std::chrono::seconds{60}};
    /// After how long without a sign of life another worker may take over the walk of a table.
    std::chrono::milliseconds lease{std::chrono::seconds{15}};
    /// With `once`: how long to wait for a table that another worker walks, or that is paused.
    std::chrono::milliseconds lock_wait{std::chrono::seconds{30}};
    /// How long to wait for the database at start, and while it is away. 0 does not wait.
    std::chrono::milliseconds connect_wait{std::chrono::seconds{30}};
    /// Where schema migrations are recorded, for upgrades that need one; a schema may stand before
    /// it. A table that is not there has none.
    std::string migrations_table = "migrations";
    /// Stop when everything is complete, or when nothing more can be done.
    bool once = false;
};

/// Time, as the worker sees it. Tests bring their own. Every function may be called by any thread.
class Clock
{
public:
    using Time = std::chrono::steady_clock::time_point;

    virtual ~Clock() = default;
    virtual Time now() = 0;
    /// Waits; returns early when a stop is requested.
    virtual void wait(std::chrono::nanoseconds duration, std::stop_token stop) = 0;

    /// The computer's own clock.
    static Clock& system();
};

/// What one batch did.
struct BatchReport {
    std::string table{};
    std::int64_t rows_written = 0, rows_conflicted = 0, rows_failed = 0;
    std::int64_t blocks_done = 0, blocks_total = 0; ///< Of this pass, over all partitions.
    std::chrono::nanoseconds took{};
    std::int64_t batch_rows = 0;   ///< The size of the next batch.
    std::int64_t rows_pending = 0; ///< An estimate for the whole table.
    std::map<std::string, std::int64_t>
        rows_upgraded{}; ///< By upgrade; a row may count for several.
    bool cleanup =
        false; ///< Names were taken out of rows_written rows; only `took` is said besides.
};

/// What the worker waits for.
enum class WaitFor : char {
    pause,     ///< Somebody paused the table, or all of them.
    standby,   ///< Its replay is behind, see max_lag.
    worker,    ///< Another one walks the table.
    lock,      ///< Somebody has, or waits for, a lock on the table or its rows.
    migration, ///< The upgrades need a schema migration that is not applied.
    database   ///< It cannot be reached, or has no room.
};

/// `pause`, `standby`, …: as the log and the metrics call it.
char const* wait_name(WaitFor what);

/// What the worker tells as it goes. Each function is one kind of log line; the defaults do
/// nothing. Called from the worker's threads, never from two at once.
class Observer
{
public:
    virtual ~Observer() = default;
    /// The program, not the worker, serves its pages there: `127.0.0.1:9187`.
    virtual void serving(std::string const& /*endpoint*/) {}
    /// The state schema is in place, the tables fit their upgrades.
    virtual void started(std::size_t /*tables*/) {}
    virtual void stopped(std::string const& /*why*/) {}
    /// This worker has the table from now on, no other.
    virtual void claimed(std::string const& /*table*/) {}
    virtual void walk_started(std::string const& /*table*/, std::int64_t /*blocks*/) {}
    virtual void batch_written(BatchReport const&) {}
    virtual void row_failed(UpgradeError const&) {}
    /// A pass is over; `pending` rows wait for another.
    virtual void pass_ended(std::string const& /*table*/, int /*pass*/, std::int64_t /*written*/) {}
    virtual void table_complete(std::string const& /*table*/) {}
    /// `rows` failed; the table is tried again later.
    virtual void table_failing(std::string const& /*table*/, std::int64_t /*rows*/) {}
    virtual void table_stopped(std::string const& /*table*/, std::string const& /*why*/) {}
    virtual void name_cleaned(std::string const& /*table*/, std::string const& /*name*/,
                              std::int64_t /*rows*/)
    {
    }
    virtual void cleanup_held(std::string const& /*table*/, std::string const& /*name*/,
                              std::string const& /*why*/)
    {
    }
    /// The worker waits; `table` is empty where all of them do. Told again when `why` changes.
    virtual void waiting(std::string const& /*table*/, WaitFor, std::string const& /*why*/) {}
    /// What it waited for is over, it goes on. Without a table: it has connected again.
    virtual void resumed(std::string const& /*table*/) {}
    virtual void retried(std::string const& /*table*/, std::string const& /*why*/) {}
};

enum class Outcome : char {
    done,        ///< Stopped as asked, or everything is complete.
    not_yet,     ///< `once`: another worker has a table, it is paused, or its rows stay locked.
    rows_failed, ///< `once`: rows failed; the rest is done.
    unreachable, ///< The database could not be reached within `connect_wait`.
    failed       ///< A table had to be stopped; the observer was told why.
};

class Worker
{
public:
    /// Validates the tables (ConfigError); connects nowhere yet. The observer and the clock must
    /// outlive it.
    Worker(WorkerOptions options, std::vector<Table> tables, Observer& observer,
           Clock& clock = Clock::system());
    Worker(WorkerOptions options, std::vector<Table> tables);
    ~Worker();

    /// Blocks; one call at a time. A stop ends it at the next row boundary, nothing half done.
    /// Throws ConfigError where a table does not fit its upgrades, or the state schema is newer
    /// than this program.
    Outcome run(std::stop_token stop = {});

    /// How long run() has neither taken a step nor waited for the database or the clock: an upgrade
    /// does not return. 0 while it is not running. Any thread.
    std::chrono::nanoseconds stuck_for() const noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace rowbot
