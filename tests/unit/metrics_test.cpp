// SPDX-License-Identifier: MIT
#include "http/metrics.hpp"

#include <doctest/doctest.h>

using namespace rowbot;
using namespace std::chrono_literals;

namespace
{

Table table(std::string const& name)
{
    return {.name = name,
            .upgrades = {{.name = "one", .apply = [](Row const&) -> Patch { return {}; }}}};
}

bool has(http::Metrics const& metrics, std::string const& line)
{
    return ("\n" + metrics.text()).find("\n" + line + "\n") != std::string::npos;
}

} // namespace

TEST_CASE("every series begins at 0, before anything has happened")
{
    http::Metrics const metrics({table("article")});
    CHECK(has(metrics, R"(rowbot_rows_upgraded_total{table="article",upgrade="one"} 0)"));
    CHECK(has(metrics, R"(rowbot_rows_failed_total{table="article",upgrade="one"} 0)"));
    CHECK(has(metrics, R"(rowbot_batch_duration_seconds_count{table="article"} 0)"));
    CHECK(has(metrics, R"(rowbot_pauses_total{reason="standby",table="article"} 0)"));
}

TEST_CASE("a batch counts its rows by upgrade, its conflicts, its time, and where the walk stands")
{
    http::Metrics metrics({table("article")});
    for (int i = 0; i < 2; ++i)
        metrics.batch_written({.table = "article",
                               .rows_written = 5,
                               .rows_conflicted = 2,
                               .blocks_done = 3,
                               .blocks_total = 8,
                               .took = 120ms,
                               .rows_pending = 7,
                               .rows_upgraded = {{"one", 4}}});
    CHECK(has(metrics, R"(rowbot_rows_upgraded_total{table="article",upgrade="one"} 8)"));
    CHECK(has(metrics, R"(rowbot_batches_total{table="article"} 2)"));
    CHECK(has(metrics, R"(rowbot_conflicts_total{table="article"} 4)"));
    CHECK(has(metrics, R"(rowbot_rows_pending{table="article"} 7)"));
    CHECK(has(metrics, R"(rowbot_blocks_done{table="article"} 3)"));
    CHECK(has(metrics, R"(rowbot_blocks{table="article"} 8)"));
    CHECK(has(metrics, R"(rowbot_batch_duration_seconds_bucket{table="article",le="0.1"} 0)"));
    CHECK(has(metrics, R"(rowbot_batch_duration_seconds_bucket{table="article",le="0.15"} 2)"));
}

TEST_CASE("a cleanup's batches are no upgraded rows, and leave the walk where it stood")
{
    http::Metrics metrics({table("article")});
    metrics.walk_started("article", 8);
    metrics.batch_written({.table = "article", .rows_written = 5, .took = 1ms, .cleanup = true});
    CHECK(has(metrics, R"(rowbot_rows_cleaned_total{table="article"} 5)"));
    CHECK(has(metrics, R"(rowbot_rows_upgraded_total{table="article",upgrade="one"} 0)"));
    CHECK(has(metrics, R"(rowbot_blocks{table="article"} 8)"));
}

TEST_CASE("a wait counts once, however often its text changes, and ends when the walk goes on")
{
    http::Metrics metrics({table("article")});
    metrics.waiting("article", WaitFor::standby, "11 s behind");
    metrics.waiting("article", WaitFor::standby, "12 s behind");
    CHECK(has(metrics, R"(rowbot_pauses_total{reason="standby",table="article"} 1)"));
    CHECK(has(metrics, R"(rowbot_waiting{reason="standby",table="article"} 1)"));
    metrics.waiting("article", WaitFor::pause, "paused");
    CHECK(has(metrics, R"(rowbot_waiting{reason="standby",table="article"} 0)"));
    CHECK(has(metrics, R"(rowbot_waiting{reason="pause",table="article"} 1)"));
    metrics.resumed("article");
    CHECK(has(metrics, R"(rowbot_waiting{reason="pause",table="article"} 0)"));
}

TEST_CASE("only what ends an outage is a reconnect")
{
    http::Metrics metrics({table("article")});
    metrics.resumed("");
    metrics.waiting("", WaitFor::migration, "1_a.sql is not applied");
    metrics.resumed("");
    CHECK(has(metrics, "rowbot_reconnects_total 0"));
    metrics.waiting("", WaitFor::database, "away");
    metrics.resumed("");
    CHECK(has(metrics, "rowbot_reconnects_total 1"));
}

TEST_CASE("whatever a start waited for, its wait has ended when it has started")
{
    http::Metrics metrics({table("article")});
    for (auto const what : {WaitFor::database, WaitFor::migration, WaitFor::lock}) {
        metrics.waiting("", what, "why");
        auto const series =
            std::string("rowbot_waiting{reason=\"") + wait_name(what) + "\",table=\"\"} ";
        CHECK(has(metrics, series + "1"));
        metrics.started(1);
        CHECK(has(metrics, series + "0"));
    }
    CHECK(has(metrics, "rowbot_reconnects_total 0"));
}

TEST_CASE("a table is failing from its first failure until it is proved complete")
{
    http::Metrics metrics({table("article")});
    metrics.row_failed({"article", "7", "one", "no"});
    metrics.table_failing("article", 3);
    CHECK(has(metrics, R"(rowbot_rows_failed_total{table="article",upgrade="one"} 1)"));
    CHECK(has(metrics, R"(rowbot_table_failing{table="article"} 1)"));
    CHECK(has(metrics, R"(rowbot_rows_pending{table="article"} 3)"));
    metrics.table_complete("article");
    CHECK(has(metrics, R"(rowbot_table_failing{table="article"} 0)"));
    CHECK(has(metrics, R"(rowbot_table_complete{table="article"} 1)"));
    CHECK(has(metrics, R"(rowbot_rows_pending{table="article"} 0)"));
    metrics.walk_started("article", 8);
    CHECK(has(metrics, R"(rowbot_table_complete{table="article"} 0)"));
}

TEST_CASE("a table that did not fit its upgrades fails no more as soon as it is walked again")
{
    http::Metrics metrics({table("article")});
    metrics.table_stopped("article", "the column is gone");
    metrics.claimed("article"); // may stop again
    CHECK(has(metrics, R"(rowbot_table_failing{table="article"} 1)"));
    metrics.walk_started("article", 8);
    CHECK(has(metrics, R"(rowbot_table_failing{table="article"} 0)"));
    metrics.table_stopped("article", "the column is gone");
    metrics.batch_written({.table = "article"}); // it goes on in the middle of a pass
    CHECK(has(metrics, R"(rowbot_table_failing{table="article"} 0)"));
}

TEST_CASE("rows that failed keep their table failing through the next passes")
{
    http::Metrics metrics({table("article")});
    metrics.table_failing("article", 3);
    metrics.table_stopped("article", "the column is gone");
    metrics.walk_started("article", 8);
    metrics.batch_written({.table = "article"});
    CHECK(has(metrics, R"(rowbot_table_failing{table="article"} 1)"));
    metrics.table_complete("article");
    CHECK(has(metrics, R"(rowbot_table_failing{table="article"} 0)"));
}

TEST_CASE("of a table that another program walks there is no gauge until it is claimed again")
{
    http::Metrics metrics({table("article"), table("image")});
    auto const shows = [&](std::string const& name, std::string const& of) {
        return metrics.text().find("\n" + name + "{table=\"" + of + "\"} ") != std::string::npos;
    };
    for (char const* const of : {"article", "image"}) {
        metrics.walk_started(of, 8);
        metrics.batch_written({.table = of, .rows_pending = 7});
        metrics.table_failing(of, 3);
    }
    metrics.waiting("article", WaitFor::worker, "another worker walks it");
    for (char const* const name : {"rowbot_rows_pending", "rowbot_blocks_done", "rowbot_blocks",
                                   "rowbot_table_complete", "rowbot_table_failing"}) {
        CAPTURE(name);
        CHECK_FALSE(shows(name, "article"));
        CHECK(shows(name, "image"));
    }
    CHECK(has(metrics, R"(rowbot_batches_total{table="article"} 1)"));
    CHECK(has(metrics, R"(rowbot_waiting{reason="worker",table="article"} 1)"));
    metrics.claimed("article");
    CHECK(has(metrics, R"(rowbot_table_complete{table="article"} 0)"));
    CHECK(has(metrics, R"(rowbot_table_failing{table="article"} 0)"));
    CHECK_FALSE(shows("rowbot_rows_pending", "article")); // nobody knows before its first batch
    metrics.waiting("image", WaitFor::pause, "paused");
    CHECK(shows("rowbot_rows_pending", "image"));
}

TEST_CASE("a hostile table name is escaped, and stays one label")
{
    http::Metrics const metrics({table("a\"b\\c\nd} 1\nevil_total 7")});
    CHECK(has(metrics, R"(rowbot_claims_total{table="a\"b\\c\nd} 1\nevil_total 7"} 0)"));
    CHECK_FALSE(has(metrics, "evil_total 7"));
}
