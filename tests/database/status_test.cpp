// SPDX-License-Identifier: MIT
#include "article_tables.hpp"
#include "program.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using rowbot::Json;
using rowbot::Table;

namespace
{

/// What `status --json` says about its only table.
Json status(TemporaryDatabase const& db, std::vector<Table> tables = {})
{
    auto const ended = run_program(db, {"status", "--json"}, std::move(tables));
    CAPTURE(ended.err);
    CHECK(ended.code == 0);
    auto const all = Json::parse(ended.out);
    REQUIRE(all.at("tables").size() == 1);
    return all["tables"][0];
}

std::string status_text(TemporaryDatabase const& db, std::vector<Table> tables = {})
{
    auto const ended = run_program(db, {"status"}, std::move(tables));
    CHECK(ended.code == 0);
    return ended.out;
}

bool contains(std::string const& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

/// Every field that is promised, with its type.
void check_fields(Json const& table)
{
    CAPTURE(table.dump(2));
    CHECK(table.at("table") == "article");
    CHECK(table.at("state").is_string());
    CHECK(table.at("rows_pending").is_number_integer());
    CHECK(table.at("rows_pending_exact").is_boolean());
    CHECK(table.at("rows_failed").is_number_integer());
    CHECK(table.at("blocks_done").is_number_integer());
    CHECK(table.at("blocks_total").is_number_integer());
    CHECK(table.at("rows_per_s").is_number());
    CHECK((table.at("seconds_left").is_null() || table["seconds_left"].is_number_integer()));
    CHECK(table.at("upgrades").is_array());
    CHECK(table.at("cleanups").is_array());
    for (auto const* const list : {"upgrades", "cleanups"})
        for (auto const& name : table[list]) {
            CHECK(name.at("name").is_string());
            CHECK(name.at("state").is_string());
            CHECK(name.at("rows_upgraded").is_number_integer());
        }
}

/// Starts a daemon that writes ten rows at a time, and returns once it has written some.
void walk_partly(TemporaryDatabase const& db)
{
    Program program({"run", "--database", db.url(), "--batch-rows", "10"}, {articles_to_mark()});
    await("the first rows", [&] {
        return db.value("SELECT to_regclass('rowbot.walk') IS NOT NULL") == "t" &&
               db.value("SELECT coalesce(max(rows_written), 0) > 0 FROM rowbot.walk") == "t";
    });
    program.terminate();
    CHECK(program.wait().code == 0);
}

} // namespace

TEST_CASE("a table that no worker has entered is registered")
{
    TemporaryDatabase const db;
    db.exec(many_articles_sql(500));
    Table table = articles_to_mark();
    table.cleanups = {"old"};
    auto const json = status(db, {table});
    check_fields(json);
    CHECK(json["state"] == "registered");
    CHECK(json["rows_pending"] == 500); // as ANALYZE has counted
    CHECK(json["rows_pending_exact"] == false);
    CHECK(json["upgrades"][0]["state"] == "registered");
    CHECK(json["cleanups"][0]["name"] == "old");
    CHECK(db.value("SELECT to_regnamespace('rowbot') IS NULL") == "t"); // looking changes nothing
    CHECK(contains(status_text(db, {table}), "article: registered, about 500 rows pending\n"));
    CHECK(contains(status_text(db), "no table is registered"));
}

TEST_CASE("a table in mid-walk is running")
{
    TemporaryDatabase const db;
    db.exec(many_articles_sql(20'000));
    walk_partly(db);
    auto const json = status(db, {articles_to_mark()});
    check_fields(json);
    CHECK(json["state"] == "running");
    CHECK(json["rows_pending"] > 0);
    CHECK(json["rows_pending"] <= 20'000);
    CHECK(json["rows_pending_exact"] == false);
    CHECK(json["blocks_done"] < json["blocks_total"]);
    auto const& upgrade = json["upgrades"][0];
    CHECK(upgrade["name"] == "mark");
    CHECK(upgrade["state"] == "running");
    CHECK(std::to_string(upgrade["rows_upgraded"].get<int>()) ==
          db.value("SELECT count(*) FROM article WHERE mark IS NOT NULL"));
    CHECK(contains(status_text(db), "article: running, about "));
}

TEST_CASE("a table whose rows have all names is complete")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    CHECK(run_program(db, {"run", "--once"}, {articles_to_mark()}).code == 0);
    auto json = status(db); // any program may ask
    check_fields(json);
    CHECK(json["state"] == "complete");
    CHECK(json["rows_pending"] == 0);
    CHECK(json["rows_pending_exact"] == true);
    CHECK(json["upgrades"] == Json::array({{{"name", "mark"},
                                            {"state", "complete"},
                                            {"rows_upgraded", 3},
                                            {"proved_at", json["upgrades"][0]["proved_at"]},
                                            {"carried", false}}}));
    CHECK(json["upgrades"][0]["proved_at"].is_string());

    Table const cleanup{.name = "article", .cleanups = {"mark"}};
    CHECK(run_program(db, {"run", "--once"}, {cleanup}).code == 0);
    json = status(db);
    CHECK(json["upgrades"].empty());
    CHECK(json["cleanups"][0]["state"] == "retired");
    CHECK(run_program(db, {"run", "--once", "--cleanup-after", "0"}, {cleanup}).code == 0);
    CHECK(status(db)["cleanups"][0]["state"] == "cleaned");
}

TEST_CASE("a table with failed rows is failing")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    Table const table{.name = "article", .upgrades = {mark_all_but("limbo")}};
    CHECK(run_program(db, {"run", "--once"}, {table}).code == 70);
    auto const json = status(db);
    check_fields(json);
    CHECK(json["state"] == "failing");
    CHECK(json["rows_failed"] == 1);
    CHECK(json["rows_pending"] == 1);
    CHECK(json["rows_pending_exact"] == true);
    CHECK(json["upgrades"][0]["state"] == "failing");
    CHECK(contains(status_text(db), "article: failing, 1 rows pending, 1 failed\n"));

    CHECK(run_program(db, {"run", "--once"}, {articles_to_mark()}).code == 0); // mended
    CHECK(status(db)["state"] == "complete");
    CHECK(status(db)["rows_failed"] == 0);
}

TEST_CASE("status names how many rows a condition leaves out")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    auto table = articles_to_mark();
    table.where = "status <> 'dead'";
    CHECK(run_program(db, {"run", "--once"}, {table}).code == 0);
    CHECK(status(db)["rows_excluded"] == 1);
    CHECK(contains(status_text(db), "article: complete, 1 left out by its condition\n"));
    auto const gate = run_program(db, {"gate", "article"});
    CHECK(gate.code == 0);
    CHECK(gate.out == "article: complete (1 rows are left out by its condition)\n");
}

TEST_CASE("status tells of names that no program carries any more")
{
    TemporaryDatabase const db;
    db.exec(many_articles_sql(20'000));
    walk_partly(db);
    auto const other = articles_to_mark({mark("other")});
    auto const json = status(db, {other});
    REQUIRE(json["upgrades"].size() == 1); // `other` was never run
    CHECK(json["upgrades"][0]["name"] == "mark");
    CHECK(json["upgrades"][0]["carried"] == false);
    CHECK(contains(status_text(db, {other}), "no running program carries it"));
    CHECK(status(db, {articles_to_mark()})["upgrades"][0]["carried"] == true);
    CHECK_FALSE(contains(status_text(db, {articles_to_mark()}), "no running program carries it"));
}
