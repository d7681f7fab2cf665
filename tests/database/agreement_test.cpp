// SPDX-License-Identifier: MIT
// The test kit: what readers see of a real table is held against what the walk stores.

#include "article.hpp"
#include "run_worker.hpp"

#include <rowbot/testing_agreement.hpp>

#include <doctest/doctest.h>

#include <atomic>

using rowbot::Patch;
using rowbot::Row;

namespace
{

std::int64_t check(TemporaryDatabase const& db, rowbot::Table const& table)
{
    auto const connection = db.connect();
    return rowbot::testing::check_agreement(*connection, table, [&] { run_worker(db, {table}); });
}

/// What the kit says against a table; empty where it agrees.
std::string complaint(TemporaryDatabase const& db, rowbot::Table const& table)
{
    return message_of<rowbot::Error>([&] { check(db, table); });
}

/// Writes the new text of a column, whatever the row.
rowbot::Upgrade writing(std::string column, std::string text)
{
    return {.name = "write",
            .apply = [column, text](Row const&) { return Patch().set(column, text); },
            .reads = {"id"},
            .writes = {column}};
}

/// Not pure: readers and the worker get different numbers.
rowbot::Upgrade counting()
{
    return {.name = "count",
            .apply = [n = std::make_shared<std::atomic<int>>(0)](Row const&) -> Patch {
                return {{"number", ++*n}};
            },
            .reads = {"id"},
            .writes = {"number"}};
}

} // namespace

TEST_CASE("reading and walking a real table agree")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    CHECK(check(db, article_table()) == 2);
    CHECK(db.rows("SELECT id, status, number FROM article ORDER BY id") ==
          "1|dead|20\n2|live|40\n3|dead|30");
    CHECK(check(db, article_table()) == 0); // nothing was pending any more
}

TEST_CASE("a value counts as the column's type has stored it")
{
    TemporaryDatabase const db;
    db.exec(R"sql(
        CREATE DOMAIN positive AS int CHECK (VALUE > 0);
        CREATE TABLE "Odd Table" (part text, "No." numeric(3,1), "Größe" numeric(4,1), code char(4), at timestamptz,
                                  doc jsonb, ip inet, size positive, tags text[], note text,
                                  twice numeric GENERATED ALWAYS AS ("Größe" * 2) STORED,
                                  applied_upgrades text[] NOT NULL DEFAULT '{}', PRIMARY KEY (part, "No."));
        INSERT INTO "Odd Table" (part, "No.", note) SELECT 'it''s', i, i FROM generate_series(1, 10) AS i)sql");
    rowbot::Table const table{
        .name = "\"Odd Table\"",
        .upgrades = {{.name = "fill",
                      .apply = [](Row const& row) -> Patch {
                          if (row.get<std::string>("note") == "3") return {};
                          return {{"Größe", 2.25},
                                  {"code", "ab"},
                                  {"at", "2020-01-01 12:00+02"},
                                  {"doc", rowbot::Json{{"b", 1}, {"a", "\\"}}},
                                  {"ip", "10.0.0.1/32"},
                                  {"size", 7},
                                  {"tags", std::vector<std::string>{"a b", "NULL"}}};
                      },
                      .reads = {"note"},
                      .writes = {"Größe", "code", "at", "doc", "ip", "size", "tags"}}}};
    CHECK(check(db, table) == 10);
    CHECK(db.value("SELECT count(*) FROM \"Odd Table\" WHERE twice = 4.6 AND code = 'ab'") == "9");
}

TEST_CASE("an upgrade that is not pure is found, with both values")
{
    TemporaryDatabase const db;
    db.exec("CREATE TABLE article (id int PRIMARY KEY, number int, applied_upgrades text[]);"
            "INSERT INTO article VALUES (42)");
    CHECK(complaint(db, article_table({counting()})) ==
          "article 42: column 'number' was read as '1' and is stored as '2'");
    db.exec("INSERT INTO article SELECT generate_series(1, 7)");
    auto const seven = complaint(db, article_table({counting()}));
    CHECK(std::count(seven.begin(), seven.end(), '\n') == 5);
    CHECK(seven.find("\narticle: these are 5 of 7 rows that differ") != std::string::npos);
    CHECK(db.value("SELECT count(*) FROM pg_class WHERE relname = 'rowbot_as_read'") == "0");
}

TEST_CASE("a trigger that changes what is written is found, one that writes elsewhere is not")
{
    TemporaryDatabase const db;
    db.exec(R"sql(
        CREATE TABLE article (id int PRIMARY KEY, title text, changed_at timestamptz, applied_upgrades text[]);
        INSERT INTO article VALUES (1);
        CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN NEW.changed_at := clock_timestamp(); RETURN NEW; END';
        CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN NEW.title := NEW.title || ''!''; RETURN NEW; END';
        CREATE TRIGGER touch BEFORE UPDATE ON article FOR EACH ROW EXECUTE FUNCTION touch())sql");
    CHECK(complaint(db, article_table({writing("title", "x")})) == "");
    CHECK(db.value("SELECT count(*) FROM article WHERE changed_at IS NOT NULL") == "1");

    db.exec("CREATE TRIGGER shout BEFORE UPDATE ON article FOR EACH ROW EXECUTE FUNCTION shout();"
            "INSERT INTO article VALUES (2), (3)");
    std::string ruler;
    for (int i = 0; i < 50; ++i) ruler += "é";
    CHECK(complaint(db, article_table({writing("title", ruler)})) ==
          "article 2: column 'title' was read as …" + ruler.substr(60) + "' and is stored as …" +
              ruler.substr(60) + "!'\narticle 3: column 'title' was read as …" + ruler.substr(60) +
              "' and is stored as …" + ruler.substr(60) + "!'");
}

TEST_CASE("a row that the walk has not reached, or that is gone, is found")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    auto const connection = db.connect();
    auto const after = [&](char const* sql) {
        return message_of<rowbot::Error>([&] {
            rowbot::testing::check_agreement(*connection, article_table(), [&] { db.exec(sql); });
        });
    };
    CHECK(after("DELETE FROM article WHERE id < 3") ==
          "article 1: was read, and is gone\narticle 2: was read, and is gone");
    db.exec("INSERT INTO article VALUES (4, 'live', 1)");
    CHECK(after("UPDATE article SET number = 2, applied_upgrades = '{double-number}'") ==
          "article 3: was read, and is still pending after the walk\n"
          "article 4: was read, and is still pending after the walk");
}

TEST_CASE("a row that an upgrade or the column's type refuses is named before the walk")
{
    TemporaryDatabase const db;
    db.exec("CREATE TABLE article (id int PRIMARY KEY, status text, code varchar(3),"
            "                      applied_upgrades text[]);"
            "INSERT INTO article VALUES (7, NULL)");
    auto const connection = db.connect();
    bool walked = false;
    auto const walk = [&] { walked = true; };
    CHECK(message_of<rowbot::UpgradeError>([&] {
              rowbot::testing::check_agreement(*connection, article_table({fix_statuses()}), walk);
          }).find("article 7: upgrade 'fix-statuses': column 'status' is null") == 0);
    CHECK(message_of<rowbot::Error>([&] {
              rowbot::testing::check_agreement(*connection,
                                               article_table({writing("code", "long")}), walk);
          }).find("article 7: what was read cannot be stored: ERROR:  value too long") == 0);
    CHECK_FALSE(walked);
}

TEST_CASE("what the worker alone writes, and rows that Table::where leaves out, are not compared")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    auto worker_only = writing("title", "written by the worker");
    worker_only.runs = rowbot::Runs::in_worker_only;
    auto table = article_table({fix_statuses(), worker_only});
    table.where = "id <> 2";
    CHECK(check(db, table) == 1);
    CHECK(db.rows("SELECT id, title FROM article ORDER BY id") ==
          "1|written by the worker\n2|two\n3|written by the worker");

    CHECK(complaint(db, article_table({worker_only}))
              .find("article: there is no column to compare") == 0);
}

TEST_CASE("what a walk throws passes through, and the connection can be used again")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    auto const connection = db.connect();
    CHECK_THROWS_AS(rowbot::testing::check_agreement(*connection, article_table(),
                                                     [] { throw std::logic_error("walk"); }),
                    std::logic_error);
    CHECK(rowbot::testing::check_agreement(*connection, article_table(),
                                           [&] { run_worker(db, {article_table()}); }) == 2);
}
