// SPDX-License-Identifier: MIT
#include "http/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace rowbot::http
{
namespace
{

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;

/// Around the 100 to 200 ms that a batch should take.
Histogram::BucketBoundaries batch_buckets()
{
    return {0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2.5, 5, 10, 30, 60};
}

constexpr WaitFor every_wait[] = {WaitFor::pause, WaitFor::standby,   WaitFor::worker,
                                  WaitFor::lock,  WaitFor::migration, WaitFor::database};

double seconds(std::chrono::nanoseconds duration)
{
    return std::chrono::duration<double>(duration).count();
}

} // namespace

struct Metrics::Families {
    prometheus::Registry registry{};

    Family<Counter>& counter(char const* name, char const* help)
    {
        return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
    }
    Family<Gauge>& gauge(char const* name, char const* help)
    {
        return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
    }

    Family<Counter>& rows_upgraded =
        counter("rowbot_rows_upgraded_total",
                "Rows to which this program applied the upgrade and wrote it.");
    Family<Counter>& rows_failed = counter(
        "rowbot_rows_failed_total", "Attempts at a row that the upgrade, or PostgreSQL, refused.");
    Family<Counter>& rows_cleaned = counter(
        "rowbot_rows_cleaned_total", "Rows out of which names of finished upgrades were taken.");
    Family<Counter>& batches = counter("rowbot_batches_total", "Batches written.");
    Family<Histogram>& batch_seconds =
        prometheus::BuildHistogram()
            .Name("rowbot_batch_duration_seconds")
            .Help("How long a batch took, from its read to its commit.")
            .Register(registry);
    Family<Counter>& conflicts = counter(
        "rowbot_conflicts_total", "Rows that the application had changed meanwhile: read again.");
    Family<Counter>& retries = counter(
        "rowbot_retries_total", "Batches that were tried again: locks, deadlocks, timeouts.");
    Family<Counter>& claims =
        counter("rowbot_claims_total", "How often this program took the table to walk it.");
    Family<Counter>& pauses =
        counter("rowbot_pauses_total", "How often it began to wait, by what it waited for.");
    Family<Gauge>& waiting = gauge(
        "rowbot_waiting", "1 while it waits, by what it waits for; table \"\" is all of them.");
    Family<Gauge>& rows_pending =
        gauge("rowbot_rows_pending", "Rows that wait for an upgrade; an estimate until the proof.");
    Family<Gauge>& blocks_done =
        gauge("rowbot_blocks_done", "Blocks of the table that this pass has walked.");
    Family<Gauge>& blocks = gauge("rowbot_blocks", "Blocks of the table that this pass walks.");
    Family<Gauge>& complete =
        gauge("rowbot_table_complete", "1 after no row was proved to wait for an upgrade.");
    Family<Gauge>& failing = gauge("rowbot_table_failing",
                                   "1 while rows failed, or the table does not fit its upgrades.");
    Counter& reconnects =
        counter("rowbot_reconnects_total", "How often the database was reached again.").Add({});
    Gauge& build_info = gauge("rowbot_build_info", "1; the labels say what was built.")
                            .Add({{"version", ROWBOT_VERSION},
                                  {"compiler", __VERSION__},
                                  {"libpqxx", ROWBOT_PQXX_VERSION}});

    /// By table: why it is failing.
    struct Causes {
        bool rows = false, stopped = false;
    };
    std::map<std::string, Causes> causes{};

    void show_failing(std::string const& table, Causes now)
    {
        causes[table] = now;
        failing.Add({{"table", table}}).Set(now.rows || now.stopped ? 1 : 0);
    }

    /// It fits its upgrades again; rows that failed still do.
    void goes_on_walking(std::string const& table)
    {
        if (causes[table].stopped) show_failing(table, {.rows = causes[table].rows});
    }

    /// What was known of its rows is out of date: another program walks it.
    void forget(std::string const& table)
    {
        auto const labels = prometheus::Labels{{"table", table}};
        for (auto* const family : {&rows_pending, &blocks_done, &blocks, &complete, &failing})
            family->Remove(&family->Add(labels));
        causes.erase(table);
    }

    /// Nothing is waited for any more.
    void go_on(std::string const& table)
    {
        for (auto const what : every_wait)
            waiting.Add({{"table", table}, {"reason", wait_name(what)}}).Set(0);
    }

    void begin_at_zero(Table const& table)
    {
        auto const labels = prometheus::Labels{{"table", table.name}};
        for (auto const& upgrade : table.upgrades) {
            rows_upgraded.Add({{"table", table.name}, {"upgrade", upgrade.name}});
            rows_failed.Add({{"table", table.name}, {"upgrade", upgrade.name}});
        }
        for (auto* const family : {&rows_cleaned, &batches, &conflicts, &retries, &claims})
            family->Add(labels);
        for (auto* const family : {&complete, &failing}) family->Add(labels);
        for (auto const what : every_wait)
            pauses.Add({{"table", table.name}, {"reason", wait_name(what)}});
        batch_seconds.Add(labels, batch_buckets());
        go_on(table.name);
    }
};

Metrics::Metrics(std::vector<Table> const& tables) : families_(std::make_unique<Families>())
{
    families_->build_info.Set(1);
    families_->go_on("");
    for (auto const& table : tables) families_->begin_at_zero(table);
}

Metrics::~Metrics() = default;

std::string Metrics::text() const
{
    return prometheus::TextSerializer().Serialize(families_->registry.Collect());
}

void Metrics::started(std::size_t)
{
    families_->go_on(""); // nothing else ends what the start waited for
}

void Metrics::claimed(std::string const& table)
{
    families_->claims.Add({{"table", table}}).Increment();
    for (auto* const family : {&families_->complete, &families_->failing})
        family->Add({{"table", table}}); // at 0, where another program walked it meanwhile
    families_->go_on(table);
}

void Metrics::walk_started(std::string const& table, std::int64_t blocks)
{
    families_->blocks_done.Add({{"table", table}}).Set(0);
    families_->blocks.Add({{"table", table}}).Set(static_cast<double>(blocks));
    families_->complete.Add({{"table", table}}).Set(0);
    families_->goes_on_walking(table);
}

void Metrics::batch_written(BatchReport const& batch)
{
    auto& all = *families_;
    auto const labels = prometheus::Labels{{"table", batch.table}};
    all.batches.Add(labels).Increment();
    all.batch_seconds.Add(labels, batch_buckets()).Observe(seconds(batch.took));
    if (batch.cleanup) {
        all.rows_cleaned.Add(labels).Increment(static_cast<double>(batch.rows_written));
        return;
    }
    all.goes_on_walking(batch.table);
    all.conflicts.Add(labels).Increment(static_cast<double>(batch.rows_conflicted));
    for (auto const& [upgrade, rows] : batch.rows_upgraded)
        all.rows_upgraded.Add({{"table", batch.table}, {"upgrade", upgrade}})
            .Increment(static_cast<double>(rows));
    all.rows_pending.Add(labels).Set(static_cast<double>(batch.rows_pending));
    all.blocks_done.Add(labels).Set(static_cast<double>(batch.blocks_done));
    all.blocks.Add(labels).Set(static_cast<double>(batch.blocks_total));
}

void Metrics::row_failed(UpgradeError const& error)
{
    families_->rows_failed.Add({{"table", error.table()}, {"upgrade", error.upgrade()}})
        .Increment();
}

void Metrics::table_complete(std::string const& table)
{
    families_->rows_pending.Add({{"table", table}}).Set(0);
    families_->complete.Add({{"table", table}}).Set(1);
    families_->show_failing(table, {});
}

void Metrics::table_failing(std::string const& table, std::int64_t rows)
{
    families_->rows_pending.Add({{"table", table}}).Set(static_cast<double>(rows));
    families_->show_failing(table, {.rows = true});
}

void Metrics::table_stopped(std::string const& table, std::string const&)
{
    families_->show_failing(table, {.rows = families_->causes[table].rows, .stopped = true});
}

void Metrics::waiting(std::string const& table, WaitFor what, std::string const&)
{
    auto const labels = prometheus::Labels{{"table", table}, {"reason", wait_name(what)}};
    auto& waits = families_->waiting.Add(labels);
    bool const goes_on = waits.Value() > 0; // the same wait with another text
    families_->go_on(table);
    if (!goes_on) families_->pauses.Add(labels).Increment();
    waits.Set(1);
    if (what == WaitFor::worker) families_->forget(table);
}

void Metrics::resumed(std::string const& table)
{
    auto const database = prometheus::Labels{{"table", ""}, {"reason", "database"}};
    if (table.empty() && families_->waiting.Add(database).Value() > 0)
        families_->reconnects.Increment();
    families_->go_on(table);
}

void Metrics::retried(std::string const& table, std::string const&)
{
    families_->retries.Add({{"table", table}}).Increment();
}

} // namespace rowbot::http
