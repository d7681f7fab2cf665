// SPDX-License-Identifier: MIT
#include "article_tables.hpp"
#include "program.hpp"

#include <doctest/doctest.h>

namespace
{

char const* const bare_sql =
    "CREATE TABLE article (id int PRIMARY KEY, status text, mark text);"
    "INSERT INTO article SELECT i, 'live' FROM generate_series(1, 50000) i";

char const* const column_sql =
    "SELECT count(*) FROM pg_attribute WHERE attrelid = 'article'::regclass "
    "AND attname = 'applied_upgrades' AND NOT attisdropped";

} // namespace

TEST_CASE("prepare adds the column without rewriting the table")
{
    TemporaryDatabase const db;
    db.exec(bare_sql);
    auto const file = db.value("SELECT pg_relation_filenode('article')");
    auto const ended = run_program(db, {"prepare", "article"});
    CHECK(ended.code == 0);
    CHECK(ended.out == "article: added the column applied_upgrades\n");
    CHECK(db.value("SELECT pg_relation_filenode('article')") == file);
    CHECK(db.value("SELECT DISTINCT applied_upgrades FROM article") == "{}");
    CHECK(db.value("SELECT format_type(atttypid, atttypmod) || ' ' || attnotnull FROM pg_attribute "
                   "WHERE attrelid = 'article'::regclass AND attname = 'applied_upgrades'") ==
          "text[] true");
    CHECK(run_program(db, {"run", "--once", "--duty", "1"}, {articles_to_mark()}).code == 0);

    auto const again = run_program(db, {"prepare", "article"});
    CHECK(again.code == 0);
    CHECK(again.says("has its column applied_upgrades already"));
}

TEST_CASE("prepare --dry-run prints the SQL and changes nothing")
{
    TemporaryDatabase const db;
    db.exec(bare_sql);
    auto const ended = run_program(db, {"prepare", "article", "--dry-run"});
    CHECK(ended.code == 0);
    CHECK(db.value(column_sql) == "0");
    db.exec(ended.out); // what it printed can be run
    CHECK(db.value(column_sql) == "1");
}

TEST_CASE("prepare takes a partitioned table and odd names")
{
    TemporaryDatabase const db;
    db.exec("CREATE SCHEMA \"Weird Schema\"; CREATE TABLE \"Weird Schema\".\"sélect\" (id int) "
            "PARTITION BY "
            "LIST (id); CREATE TABLE \"Weird Schema\".part PARTITION OF \"Weird "
            "Schema\".\"sélect\" DEFAULT");
    CHECK(run_program(db, {"prepare", "\"Weird Schema\".\"sélect\""}).code == 0);
    CHECK(db.value(
              "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'Weird Schema' "
              "AND column_name = 'applied_upgrades'") == "2");
}

TEST_CASE("prepare gives up on a table that stays locked, and leaves nothing behind")
{
    TemporaryDatabase const db;
    db.exec(bare_sql);
    auto const connection = db.connect();
    pqxx::work reader(*connection);
    reader.exec("SELECT count(*) FROM article");
    auto const ended = run_program(db, {"prepare", "article", "--lock-wait", "0"});
    CHECK(ended.code == 3);
    CHECK(ended.says(
        "article: the table was locked all the time (--lock-wait); nothing was changed"));
    CHECK(db.value(column_sql) == "0");
    // Nobody had to wait behind it for longer than its lock timeout, and nobody does now.
    CHECK(db.value("SELECT count(*) FROM article") == "50000");
}

TEST_CASE("prepare tries again until the lock is gone")
{
    TemporaryDatabase const db;
    db.exec(bare_sql);
    auto const connection = db.connect();
    auto reader = std::make_unique<pqxx::work>(*connection);
    reader->exec("SELECT count(*) FROM article");
    Program prepare({"prepare", "article", "--lock-wait", "1h", "--database", db.url()}, {});
    auto const attempt = [&] {
        return db.value("SELECT coalesce(max(xact_start)::text, '') FROM pg_stat_activity WHERE "
                        "datname = current_database() AND wait_event_type = 'Lock'");
    };
    await("a first attempt", [&] { return !attempt().empty(); });
    auto const first = attempt();
    await("a second attempt", [&] { return !attempt().empty() && attempt() != first; });
    reader.reset();
    CHECK(prepare.wait().code == 0);
    CHECK(db.value(column_sql) == "1");
}
