// SPDX-License-Identifier: MIT
#include "article_tables.hpp"
#include "program.hpp"

#include <doctest/doctest.h>

using rowbot::Table;

TEST_CASE("the gate passes where every row has every name, and says so")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    CHECK(run_program(db, {"run", "--once"}, {articles_to_mark({mark(), mark("second")})}).code ==
          0);
    for (auto const* const target : {"article", "article/mark", "public.article/second"}) {
        auto const ended = run_program(db, {"gate", target});
        CHECK(ended.code == 0);
        CHECK(ended.says(": complete\n"));
    }
    CHECK(db.value("SELECT count(*) FROM rowbot.event WHERE what = 'gate passed'") == "3");
}

TEST_CASE("a gate that does not pass shows counts and examples")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    CHECK(run_program(db, {"run", "--once"}, {articles_to_mark({mark(), mark("second")})}).code ==
          0);
    db.exec("UPDATE article SET applied_upgrades = '{mark}' WHERE id > 1;"
            "UPDATE article SET applied_upgrades = NULL WHERE id = 3");
    auto ended = run_program(db, {"gate", "article"});
    CHECK(ended.code == 3);
    CHECK(ended.out == "article: 2 rows pending\n  mark: 1\n  second: 2\n  for example: 2 3\n");
    ended = run_program(db, {"gate", "article/mark"});
    CHECK(ended.code == 3);
    CHECK(ended.out == "article: 1 rows pending\n  mark: 1\n  for example: 3\n");
    CHECK(db.value("SELECT count(*) FROM rowbot.event WHERE what = 'gate passed'") == "0");
}

TEST_CASE("the gate looks at the rows, whatever the state says")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    CHECK(run_program(db, {"run", "--once"}, {articles_to_mark()}).code == 0);
    db.exec("INSERT INTO article VALUES (4, 'late')");
    CHECK(db.value("SELECT state FROM rowbot.walk") == "complete");
    CHECK(run_program(db, {"gate", "article"}).code == 3);
}

TEST_CASE("the gate does not pass for what nobody has registered")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    auto ended = run_program(db, {"gate", "article"});
    CHECK(ended.code == 3);
    CHECK(ended.out == "article: Rowbot has never run in this database\n");
    CHECK(run_program(db, {"run", "--once"}, {{.name = "article"}}).code == 0);
    ended = run_program(db, {"gate", "article"});
    CHECK(ended.code == 3);
    CHECK(ended.out == "article: no upgrade of this table is registered\n");
    ended = run_program(db, {"gate", "article/mrak"}, {articles_to_mark()});
    CHECK(ended.code == 3);
    CHECK(ended.out == "article: nobody has registered an upgrade 'mrak'\n");
}

TEST_CASE("the gate of a name that was cleaned up stays open")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    CHECK(run_program(db, {"run", "--once"}, {articles_to_mark()}).code == 0);
    Table const cleanup{.name = "article", .cleanups = {"mark"}};
    CHECK(run_program(db, {"run", "--once", "--cleanup-after", "0"}, {cleanup}).code == 0);
    auto const ended = run_program(db, {"gate", "article/mark"});
    CHECK(ended.code == 0);
    CHECK(ended.out == "article/mark: complete and cleaned up\n");
}

TEST_CASE("gate --wait ends when the last row is written")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    CHECK(run_program(db, {"run", "--once"}, {articles_to_mark()}).code == 0);
    db.exec("UPDATE article SET applied_upgrades = NULL");
    Program gate({"gate", "article", "--wait", "--database", db.url()}, {});
    await("the gate to look once",
          [&] { return gate.printed().find("article: 3 rows pending") != std::string::npos; });
    CHECK(run_program(db, {"run", "--once"}, {articles_to_mark()}).code == 0);
    auto const ended = gate.wait();
    CHECK(ended.code == 0);
    CHECK(ended.out.ends_with("article: complete\n"));
}

TEST_CASE("gate --wait can be stopped")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    Program gate({"gate", "article", "--wait", "--database", db.url()}, {});
    await("the gate to look once", [&] { return !gate.printed().empty(); });
    gate.terminate();
    CHECK(gate.wait().code == 3);
}

TEST_CASE("a gate before a locked table is not yet open")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    CHECK(run_program(db, {"run", "--once"}, {articles_to_mark()}).code == 0);
    auto const connection = db.connect();
    pqxx::work tx(*connection);
    tx.exec("LOCK TABLE article");
    auto const ended = run_program(db, {"gate", "article"});
    CHECK(ended.code == 3);
    CHECK(ended.says("article: cannot be looked at now: canceling statement due to lock timeout"));
}
