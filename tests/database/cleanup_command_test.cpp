// SPDX-License-Identifier: MIT
#include "article_tables.hpp"
#include "program.hpp"

#include <doctest/doctest.h>

using rowbot::Table;

namespace
{

Table const without_mark{.name = "article", .cleanups = {"mark"}};

std::string names(TemporaryDatabase const& db)
{
    return db.rows("SELECT applied_upgrades FROM article ORDER BY id");
}

} // namespace

TEST_CASE("a name that the original left behind waits for cleanup --confirm")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    db.exec("UPDATE article SET applied_upgrades = '{mark,kept}'");
    auto ended = run_program(db, {"run", "--once", "--cleanup-after", "0"}, {without_mark});
    CHECK(ended.code == 0);
    CHECK(ended.says("no proof is recorded"));
    CHECK(ended.says("rowbot cleanup --confirm"));
    CHECK(names(db) == "{mark,kept}\n{mark,kept}\n{mark,kept}");

    ended = run_program(db, {"cleanup"}); // asks only
    CHECK(ended.code == 3);
    CHECK(ended.says("public.article/mark: no proof is recorded"));
    CHECK(names(db) == "{mark,kept}\n{mark,kept}\n{mark,kept}");

    ended = run_program(db, {"cleanup", "article/mark", "--confirm"});
    CAPTURE(ended.err);
    CHECK(ended.code == 0);
    CHECK(ended.says("public.article/mark: may be cleaned up"));
    CHECK(names(db) == "{kept}\n{kept}\n{kept}");
    CHECK(db.rows("SELECT what, detail FROM rowbot.event WHERE what LIKE 'clean%' ORDER BY id") ==
          "cleanup confirmed|mark\ncleaned|mark");
    ended = run_program(db, {"cleanup", "article/mark", "--confirm"});
    CHECK(ended.code == 0);
    CHECK(ended.says("no name waits to be cleaned up"));
}

TEST_CASE("a program that was never run may confirm its cleanups")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    db.exec("UPDATE article SET applied_upgrades = '{mark}'");
    CHECK(run_program(db, {"cleanup", "--confirm"}, {without_mark}).code == 0);
    CHECK(names(db) == "{}\n{}\n{}");
}

TEST_CASE("a name that a live program carries is not cleaned up, confirmed or not")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    Program carrier({"run", "--database", db.url()}, {articles_to_mark()});
    await("the carrier to announce itself and to finish", [&] {
        return carrier.printed().find("article: complete") != std::string::npos &&
               db.value("SELECT count(*) FROM rowbot.process") == "1";
    });
    auto const ended = run_program(db, {"cleanup", "--confirm"}, {without_mark});
    CHECK(ended.code == 3);
    CHECK(ended.says("a live program still carries it"));
    CHECK(names(db) == "{mark}\n{mark}\n{mark}");
    carrier.terminate();
    CHECK(carrier.wait().code == 0);
    CHECK(run_program(db, {"run", "--once"}, {without_mark}).code == 0); // it was confirmed
    CHECK(names(db) == "{}\n{}\n{}");
}

TEST_CASE("a cleanup that nobody has registered is not confirmed in silence")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    CHECK(run_program(db, {"run", "--once"}, {articles_to_mark()}).code == 0);
    auto ended = run_program(db, {"cleanup", "article/mrak", "--confirm"});
    CHECK(ended.code == 3);
    CHECK(ended.says("article/mrak: nobody has registered it"));
    ended = run_program(db, {"cleanup", "article/mark", "--confirm"});
    CHECK(ended.code == 3);
    CHECK(ended.says("article/mark: it is no cleanup, but an upgrade"));
    CHECK(names(db) == "{mark}\n{mark}\n{mark}");
}

TEST_CASE("a program that runs on does not apply a name again whose cleanup has begun")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    Program program({"run", "--database", db.url(), "--recheck", "50ms", "--lease", "1s"},
                    {articles_to_mark()});
    await("the proof", [&] {
        return db.value("SELECT to_regclass('rowbot.walk') IS NOT NULL") == "t" &&
               db.value("SELECT coalesce(max(state), '') FROM rowbot.walk") == "complete";
    });
    // As another worker would: under the lease.
    await("the lease", [&] {
        return db.value("WITH taken AS (UPDATE rowbot.walk SET token = 'test', owner = 'test', "
                        "lease_until = now() + interval '1 hour' WHERE lease_until IS NULL "
                        "RETURNING 1) SELECT count(*) FROM taken") == "1";
    });
    db.exec("UPDATE rowbot.upgrade SET state = 'retired', cleaning_at = now();"
            "UPDATE article SET applied_upgrades = '{}', mark = 'newer';"
            "UPDATE rowbot.walk SET token = NULL, owner = NULL, lease_until = NULL");
    await("the refusal", [&] { return db.value("SELECT state FROM rowbot.walk") == "failing"; });
    program.terminate();
    auto const ended = program.wait();
    CHECK(ended.code == 0);
    CHECK(ended.says("'mark' was used, and its cleanup has begun"));
    CHECK(db.value("SELECT string_agg(applied_upgrades::text || mark, ' ') FROM article") ==
          "{}newer {}newer {}newer");
}
