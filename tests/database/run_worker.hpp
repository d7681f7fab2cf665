// SPDX-License-Identifier: MIT
#pragma once

// Runs a worker over a test's database, as the role that walks, until nothing more can be done, and
// tells what it did.

#include "roles.hpp"

#include <rowbot/worker.hpp>

#include <doctest/doctest.h>

#include <algorithm>

/// What a worker told, in order.
struct Told : rowbot::Observer {
    std::int64_t rows_written = 0, rows_conflicted = 0;
    std::vector<std::string> failures{};         ///< One for each row that failed.
    std::vector<std::string> complete{};         ///< Tables.
    std::vector<std::string> failing{};          ///< `table: rows`.
    std::vector<std::string> table_stops{};      ///< `table: why`.
    std::vector<std::string> cleaned{}, held{};  ///< `table/name: rows`, `table/name: why`.
    std::vector<std::string> retries{}, waits{}; ///< Why.
    int passes = 0;

    void batch_written(rowbot::BatchReport const& report) override
    {
        rows_written += report.rows_written;
        rows_conflicted += report.rows_conflicted;
    }
    void row_failed(rowbot::UpgradeError const& error) override
    {
        failures.emplace_back(error.what());
    }
    void pass_ended(std::string const&, int, std::int64_t) override { ++passes; }
    void table_complete(std::string const& table) override { complete.push_back(table); }
    void table_failing(std::string const& table, std::int64_t rows) override
    {
        failing.push_back(table + ": " + std::to_string(rows));
    }
    void table_stopped(std::string const& table, std::string const& why) override
    {
        table_stops.push_back(table + ": " + why);
    }
    void name_cleaned(std::string const& table, std::string const& name, std::int64_t rows) override
    {
        cleaned.push_back(table + "/" + name + ": " + std::to_string(rows));
    }
    void cleanup_held(std::string const& table, std::string const& name,
                      std::string const& why) override
    {
        held.push_back(table + "/" + name + ": " + why);
    }
    void waiting(std::string const&, rowbot::WaitFor, std::string const& why) override
    {
        waits.push_back(why);
    }
    void retried(std::string const&, std::string const& why) override { retries.push_back(why); }

    /// Whether a row failed with an error that contains this text.
    bool failed_with(std::string_view text) const
    {
        return std::any_of(failures.begin(), failures.end(), [&](auto const& failure) {
            return failure.find(text) != std::string::npos;
        });
    }
};

inline char const* name_of(rowbot::Outcome outcome)
{
    switch (outcome) {
    case rowbot::Outcome::done:
        return "done";
    case rowbot::Outcome::not_yet:
        return "not yet";
    case rowbot::Outcome::rows_failed:
        return "rows failed";
    case rowbot::Outcome::unreachable:
        return "unreachable";
    case rowbot::Outcome::failed:
        return "failed";
    }
    return "";
}

/// The same options, for the role that walks these tables.
inline rowbot::WorkerOptions as_walker(rowbot::WorkerOptions options,
                                       std::vector<rowbot::Table> const& tables)
{
    options.connection =
        as_role(options.connection, rowbot::Access::walk, tables, options.migrations_table);
    return options;
}

/// Options of a worker that goes once over the tables, without rests.
inline rowbot::WorkerOptions once_over(TemporaryDatabase const& db)
{
    return {.connection = db.url(), .duty = 1, .max_lag = {}, .once = true};
}

struct Run : Told {
    std::string outcome{};
};

inline Run run_worker(rowbot::WorkerOptions options, std::vector<rowbot::Table> tables)
{
    Run run;
    options = as_walker(std::move(options), tables);
    run.outcome = name_of(
        rowbot::Worker(std::move(options), std::move(tables), static_cast<Told&>(run)).run());
    for (auto const& why : run.table_stops) MESSAGE(why); // where it was not expected
    return run;
}

inline Run run_worker(TemporaryDatabase const& db, std::vector<rowbot::Table> tables)
{
    return run_worker(once_over(db), std::move(tables));
}
