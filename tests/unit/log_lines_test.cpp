// SPDX-License-Identifier: MIT
#include "cli/log_lines.hpp"
#include "test_clock.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>

#include <functional>
#include <sstream>

using namespace rowbot;
using namespace rowbot::cli;
using namespace std::chrono_literals;

namespace
{

struct Log {
    explicit Log(bool json = false, spdlog::level::level_enum level = spdlog::level::info)
    {
        auto logger = std::make_shared<spdlog::logger>(
            "test", std::make_shared<spdlog::sinks::ostream_sink_st>(out));
        logger->set_pattern(json ? "%v" : "%l %v", spdlog::pattern_time_type::local);
        logger->set_level(level);
        lines = std::make_unique<LogLines>(logger, json, clock);
    }

    /// What was written since the last call.
    std::string text()
    {
        auto text = out.str();
        out.str("");
        return text;
    }

    Json object() { return Json::parse(text()); }

    std::ostringstream out{};
    sample::TestClock clock{};
    std::unique_ptr<LogLines> lines{};
};

UpgradeError failure()
{
    try {
        throw RowError("article", "42", "status", "is 'a secret'");
    } catch (RowError const& e) {
        return {"article", "42", "fix", e.what()};
    }
}

} // namespace

TEST_CASE("every event is one line for people")
{
    Log log;
    log.lines->started(1);
    log.lines->walk_started("article", 12000);
    log.lines->pass_ended("article", 2, 1);
    log.lines->table_complete("article");
    log.lines->table_failing("article", 3);
    log.lines->table_stopped("article", "the column status is gone");
    log.lines->name_cleaned("article", "old", 1500);
    log.lines->cleanup_held("article", "old", "no proof");
    log.lines->waiting("", rowbot::WaitFor::database, "the database is away");
    log.lines->resumed("article");
    log.lines->retried("article", "deadlock");
    log.lines->stopped("SIGTERM");
    CHECK(log.text() == "info started with 1 table\n"
                        "info article: walk started, 12,000 blocks\n"
                        "info article: pass 2 ended, 1 row written\n"
                        "info article: complete\n"
                        "error article: failing, 3 rows could not be upgraded; correct the rows or "
                        "the upgrade\n"
                        "error article: stopped: the column status is gone\n"
                        "info article: 'old' cleaned up, taken out of 1,500 rows\n"
                        "warning article: 'old' is not cleaned up: no proof\n"
                        "info waits: the database is away\n"
                        "info article: goes on\n"
                        "warning article: tries again: deadlock\n"
                        "info stopped: SIGTERM\n");
}

TEST_CASE("at most one batch a second is worth a line")
{
    Log log;
    BatchReport const batch{.table = "article",
                            .rows_written = 500,
                            .rows_conflicted = 2,
                            .rows_failed = 1,
                            .blocks_done = 30,
                            .blocks_total = 1200,
                            .took = 140ms,
                            .batch_rows = 510};
    log.lines->batch_written(batch);
    CHECK(log.text() == "info article: 500 rows written in 140 ms, 500 in all, block 30 of 1,200, "
                        "2 rows changed meanwhile, 1 row failed\n");
    log.clock.advance(999ms);
    log.lines->batch_written(batch);
    CHECK(log.text() == "");
    log.clock.advance(1ms);
    log.lines->batch_written(batch);
    CHECK(log.text().find("1,500 in all") != std::string::npos);
}

TEST_CASE("the other batches are at level debug")
{
    Log log(true, spdlog::level::debug);
    log.lines->batch_written({.table = "article", .rows_written = 5});
    CHECK(log.object()["level"] == "info");
    log.lines->batch_written({.table = "article", .rows_written = 5});
    auto const second = log.object();
    CHECK(second["level"] == "debug");
    CHECK(second["event"] == "batch_written");
    CHECK(second["rows_total"] == 10);
}

TEST_CASE("a failed row is named above level debug, its values are not shown")
{
    Log log;
    log.lines->row_failed(failure());
    CHECK(log.text() ==
          "warning article 42: upgrade 'fix' failed on column 'status'; the row stays "
          "pending (--log-level debug says why)\n");
    Log json(true);
    json.lines->row_failed(failure());
    auto const object = json.object();
    CHECK(object["key"] == "42");
    CHECK(object["upgrade"] == "fix");
    CHECK(object["column"] == "status");
    CHECK(object.dump().find("secret") == std::string::npos);
}

TEST_CASE("at level debug, the message of a failed row is shown")
{
    Log log(false, spdlog::level::debug);
    log.lines->row_failed(failure());
    CHECK(log.text().find("debug article 42: upgrade 'fix': ") != std::string::npos);
}

TEST_CASE("the message of a failed row is cut after 500 characters, never within one")
{
    UpgradeError const error("article", "42", "fix", std::string(1000, 'x'));
    std::string value;
    for (int i = 0; i < 600; ++i) value += "ü";
    UpgradeError const umlauts("article", "42", "fix", value);
    auto const head = std::string("article 42: upgrade 'fix': ");
    for (bool const json : {false, true}) {
        Log log(json, spdlog::level::debug);
        log.lines->row_failed(error);
        CHECK(log.text().find("xxx…") != std::string::npos);
        log.lines->row_failed(umlauts);
        auto const text = log.text();
        std::string kept;
        for (auto i = head.size(); i < 499; ++i) kept += "ü";
        CHECK(text.find(head + kept + "…") != std::string::npos);
        CHECK(text.find(kept + "ü") == std::string::npos);
    }
    Log log(false, spdlog::level::debug);
    log.lines->row_failed(
        UpgradeError("article", "42", "fix", std::string(500 - head.size(), 'x')));
    CHECK(log.text().find("…") == std::string::npos);
}

TEST_CASE("PostgreSQL's detail and context, which show values, are told at level debug alone")
{
    auto const why =
        std::string("duplicate key; DETAIL:  Key (name)=(a secret) is there.; HINT:  ") +
        "none; CONTEXT:  COPY article, line 1: a secret";
    std::vector<std::function<void(LogLines&)>> const events{
        [&](LogLines& lines) { lines.stopped(why); },
        [&](LogLines& lines) { lines.table_stopped("article", why); },
        [&](LogLines& lines) { lines.cleanup_held("article", "old", why); },
        [&](LogLines& lines) { lines.waiting("article", WaitFor::lock, why); },
        [&](LogLines& lines) { lines.retried("article", why); }};
    for (auto const& event : events) {
        Log log, debug(false, spdlog::level::debug), json(true);
        event(*log.lines);
        CHECK(log.text().find("duplicate key\n") != std::string::npos);
        event(*debug.lines);
        CHECK(debug.text().find(why) != std::string::npos);
        event(*json.lines);
        CHECK(json.object()["why"] == "duplicate key");
    }
    CHECK(reason_text("COPY failed; CONTEXT:  a secret; DETAIL:  b") == "COPY failed");
}

TEST_CASE("why something stopped or waits is cut after 500 characters")
{
    std::string const why(1000, 'x');
    for (auto const level : {spdlog::level::info, spdlog::level::debug}) {
        Log log(true, level);
        log.lines->table_stopped("article", why);
        CHECK(log.object()["why"] == std::string(499, 'x') + "…");
        log.lines->waiting("article", WaitFor::lock, why);
        CHECK(log.object()["why"] == std::string(499, 'x') + "…");
    }
    CHECK(reason_text(std::string(500, 'x')) == std::string(500, 'x'));
}

TEST_CASE("a failure without a cause is a line too")
{
    Log log;
    log.lines->row_failed(UpgradeError("article", "42", "fix", "why"));
    CHECK(log.text() == "warning article 42: upgrade 'fix' failed; the row stays pending "
                        "(--log-level debug says why)\n");
}

TEST_CASE("hostile names are escaped, for people and in JSON")
{
    std::string const hostile = "a\"\\{}\n\x1b[2J%v \u009b \xFF";
    Log log;
    log.lines->table_complete(hostile);
    CHECK(log.text() == "info a\"\\{}\\n\\x1b[2J%v \\xc2\\x9b \xFF: complete\n");
    Log json(true);
    json.lines->table_complete(hostile);
    auto const text = json.text();
    CHECK(std::count(text.begin(), text.end(), '\n') == 1);
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(Json::parse(text)["table"].get<std::string>().starts_with("a\"\\{}\n\x1b[2J%v "));
}

TEST_CASE("a JSON line has time, level and event first")
{
    LogEvent const event{.level = Level::warning,
                         .name = "retried",
                         .fields = {{"table", "article"}, {"rows", std::int64_t{5}}}};
    auto const time = std::chrono::system_clock::from_time_t(1709208000) + 45ms;
    CHECK(json_line(event, time) == R"({"time":"2024-02-29T12:00:00.045Z","level":"warning",)"
                                    R"("event":"retried","table":"article","rows":5})");
}
