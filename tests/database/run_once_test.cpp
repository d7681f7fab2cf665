// SPDX-License-Identifier: MIT
#include "article_tables.hpp"
#include "program.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <sstream>

using rowbot::Json;
using rowbot::Table;

namespace
{

/// The lines of the log, each a JSON object.
std::vector<Json> json_lines(std::string const& text)
{
    std::vector<Json> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(Json::parse(line));
    return lines;
}

Json const* find_event(std::vector<Json> const& lines, std::string_view name)
{
    for (auto const& line : lines)
        if (line.at("event") == name) return &line;
    return nullptr;
}

std::string whole_table(TemporaryDatabase const& db)
{
    return db.rows("SELECT ctid, xmin, * FROM article ORDER BY id");
}

Table all_but_limbo()
{
    return articles_to_mark({mark_all_but("limbo"), mark("second")});
}

} // namespace

TEST_CASE("run --once exits with 0 where all is complete")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    auto const ended = run_program(db, {"run", "--once"}, {articles_to_mark()});
    CAPTURE(ended.err);
    CHECK(ended.code == 0);
    CHECK(ended.out.empty());
    CHECK(run_program(db, {"run", "--once"}, {articles_to_mark()}).code == 0);
    CHECK(db.rows("SELECT id, mark, applied_upgrades FROM article ORDER BY id") ==
          "1|limbo!|{mark}\n2|live!|{mark}\n3|dead!|{mark}");
}

TEST_CASE("run --once exits with 70 where rows failed, after one attempt each")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    auto const ended = run_program(db, {"run", "--once"}, {all_but_limbo()});
    CHECK(ended.code == 70);
    std::string_view const line = "article 1: upgrade 'mark' failed; the row stays pending";
    auto const first = ended.err.find(line);
    CHECK(first != std::string::npos);
    CHECK(ended.err.find(line, first + 1) == std::string::npos);
    CHECK(db.rows("SELECT id, applied_upgrades FROM article ORDER BY id") ==
          "1|∅\n2|{mark,second}\n3|{mark,second}");
}

TEST_CASE("run --once exits with 3 where a table is paused or walked by another")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    CHECK(run_program(db, {"pause", "article", "--reason", "moving disks"}).code == 0);
    auto ended = run_program(db, {"run", "--once", "--lock-wait", "0"}, {articles_to_mark()});
    CHECK(ended.code == 3);
    CHECK(ended.says("article: waits: paused: moving disks"));
    CHECK(run_program(db, {"resume"}).code == 0);
    db.exec("UPDATE rowbot.walk SET owner = 'elsewhere pid 1', token = 'x', "
            "lease_until = now() + interval '1 hour'");
    ended = run_program(db, {"run", "--once", "--lock-wait", "0"}, {articles_to_mark()});
    CHECK(ended.code == 3);
    CHECK(ended.says("article: waits: another worker walks it: elsewhere pid 1"));
    CHECK(db.value("SELECT count(*) FROM article WHERE mark IS NOT NULL") == "0");
}

TEST_CASE("a table that is locked while it is looked at is waited for, not given up")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    CHECK(run_program(db, {"run", "--once"}, {articles_to_mark()}).code == 0);
    auto const connection = db.connect();
    auto tx = std::make_unique<pqxx::work>(*connection);
    tx->exec("LOCK TABLE article");
    auto const ended = run_program(db, {"run", "--once", "--lock-wait", "0", "--connect-wait", "0"},
                                   {articles_to_mark()});
    CAPTURE(ended.err);
    CHECK(ended.code == 3);
    CHECK(ended.says("canceling statement due to lock timeout"));
    Program patient({"run", "--once", "--lock-wait", "1h", "--database", db.url()},
                    {articles_to_mark()});
    await("the lock to be noticed",
          [&] { return patient.printed().find("lock timeout") != std::string::npos; });
    tx.reset();
    CHECK(patient.wait().code == 0);
}

TEST_CASE("run stops with 0 when it is asked to")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    Program program({"run", "--database", db.url()}, {articles_to_mark()});
    await("the table to be complete",
          [&] { return program.printed().find("article: complete") != std::string::npos; });
    program.terminate();
    auto const ended = program.wait();
    CHECK(ended.code == 0);
    CHECK(ended.says("stopped: asked to stop"));
}

TEST_CASE("each line of --log-format json is an object with time, level and event")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    auto const ended = run_program(
        db, {"run", "--once", "--log-format", "json", "--log-level", "debug"}, {all_but_limbo()});
    CHECK(ended.code == 70);
    CHECK(ended.out.empty());
    auto const lines = json_lines(ended.err);
    for (auto const& line : lines) {
        CHECK(line.at("time").get<std::string>().size() == 24);
        CHECK(line.at("level").is_string());
    }
    for (auto const* const name : {"started", "walk_started", "batch_written", "row_failed",
                                   "pass_ended", "table_failing", "stopped"}) {
        CAPTURE(name);
        CHECK(find_event(lines, name) != nullptr);
    }
    auto const* const failed = find_event(lines, "row_failed");
    REQUIRE(failed != nullptr);
    CHECK(failed->at("table") == "article");
    CHECK(failed->at("key") == "1");
    CHECK(failed->at("upgrade") == "mark");
}

TEST_CASE("a dry run shows rows before and after, and changes nothing")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    auto const before = whole_table(db);
    auto const ended = run_program(db, {"run", "--dry-run", "--rows", "2"}, {articles_to_mark()});
    CAPTURE(ended.err);
    CHECK(ended.code == 0);
    CHECK(ended.out.starts_with("article 1\n  mark\n    - NULL\n    + limbo!\n  applied_upgrades\n"
                                "    - NULL\n    + {mark}\narticle 2\n"));
    CHECK(ended.says("article: 2 rows tried, 0 failed, "));
    CHECK(ended.says(" rows/s; nothing was written\n"));
    CHECK_FALSE(ended.says("article 3"));
    CHECK(whole_table(db) == before);
    CHECK(db.value("SELECT to_regnamespace('rowbot') IS NULL") == "t");

    auto const coloured =
        run_program(db, {"run", "--dry-run", "--color", "always"}, {articles_to_mark()});
    CHECK(coloured.says("\33[31m- NULL\33[0m"));
    CHECK(coloured.says("\33[32m+ limbo!\33[0m"));
}

TEST_CASE("a dry run shows the rows that would fail and exits with 70")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    db.exec("ALTER TABLE article ADD CHECK (mark <> 'live!')");
    auto const before = whole_table(db);
    auto const ended =
        run_program(db, {"run", "--dry-run"}, {articles_to_mark({mark_all_but("limbo")})});
    CHECK(ended.code == 70);
    CHECK(ended.says("failed: article 1: upgrade 'mark': no mark for limbo"));
    CHECK(
        ended.says("article 2: PostgreSQL refuses it: new row for relation \"article\" violates"));
    CHECK(ended.says("article 3\n  mark\n    - NULL\n    + dead!\n"));
    CHECK(ended.says("article: 3 rows tried, 2 failed, "));
    CHECK(whole_table(db) == before);
}

TEST_CASE("a dry run undoes what an upgrade writes elsewhere")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    db.exec("CREATE TABLE log (id text)");
    rowbot::Upgrade const upgrade{
        .name = "log",
        .apply = [](rowbot::Row const& article, rowbot::Transaction& tx) -> rowbot::Patch {
            tx.exec("INSERT INTO log VALUES ($1)", {article.get<std::string>("id")});
            return {};
        },
        .reads = {"id"},
        .writes = {"mark"},
        .runs = rowbot::Runs::in_worker_only};
    auto const ended = run_program(db, {"run", "--dry-run"}, {articles_to_mark({upgrade})});
    CAPTURE(ended.out);
    CHECK(ended.says("article: 3 rows tried"));
    CHECK(db.value("SELECT count(*) FROM log") == "0");
}
