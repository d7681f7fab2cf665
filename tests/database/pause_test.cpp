// SPDX-License-Identifier: MIT
#include "article_tables.hpp"
#include "private_server.hpp"
#include "program.hpp"

#include <doctest/doctest.h>

namespace
{

std::string written(TemporaryDatabase const& db)
{
    return db.value("SELECT count(*) FROM article WHERE mark IS NOT NULL");
}

/// Waits until the worker itself says in the state that it waits for this.
void await_why(TemporaryDatabase const& db, std::string const& why)
{
    await("the worker to wait: " + why, [&] {
        return db.value("SELECT coalesce(max(why), '') FROM rowbot.walk").find(why) !=
               std::string::npos;
    });
}

/// Waits until the worker has announced itself twice: it had all the time to write.
void await_signs_of_life(TemporaryDatabase const& db)
{
    for (int i = 0; i < 2; ++i) {
        auto const before = db.value("SELECT max(seen_at) FROM rowbot.process");
        await("a sign of life",
              [&] { return db.value("SELECT max(seen_at) FROM rowbot.process") != before; });
    }
}

void await_rows(TemporaryDatabase const& db, std::string const& before)
{
    await("rows to be written", [&] {
        return db.value("SELECT to_regclass('rowbot.walk') IS NOT NULL") == "t" &&
               written(db) != before;
    });
}

} // namespace

TEST_CASE("a pause holds, is seen in status with its reason, and ends with resume")
{
    TemporaryDatabase const db;
    db.exec(many_articles_sql(20'000));
    Program program({"run", "--database", db.url(), "--batch-rows", "10", "--lease", "1s"},
                    {articles_to_mark()});
    await_rows(db, "0");
    auto const paused =
        run_program(db, {"pause", "article", "--for", "1h", "--reason", "building an index"});
    CHECK(paused.code == 0);
    CHECK(paused.out == "article: paused for 3600 s\n");
    await_why(db, "building an index");
    auto const held_at = written(db);
    CHECK(held_at != "20000");
    await_signs_of_life(db);
    CHECK(written(db) == held_at);
    auto const status = run_program(db, {"status"});
    CHECK(status.says("  waits: paused"));
    CHECK(status.says("building an index"));

    auto const resumed = run_program(db, {"resume", "article"});
    CHECK(resumed.code == 0);
    CHECK(resumed.out == "article: resumed\n");
    await_rows(db, held_at);
    program.terminate();
    CHECK(program.wait().code == 0);
    CHECK_FALSE(run_program(db, {"status"}).says("paused"));
    CHECK(
        db.rows(
            "SELECT what, table_name, detail FROM rowbot.event WHERE what IN ('paused', 'resumed') "
            "ORDER BY id") == "paused|public.article|building an index\nresumed|public.article|∅");
}

TEST_CASE("a pause with --for ends by itself")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    CHECK(run_program(db, {"pause", "article", "--for", "1s"}).code == 0);
    CHECK(run_program(db, {"run", "--once", "--lock-wait", "1h"}, {articles_to_mark()}).code == 0);
    CHECK(written(db) == "3");
}

TEST_CASE("a pause of every table holds a table that is resumed by name")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    CHECK(run_program(db, {"pause", "--reason", "night"}).out ==
          "every table: paused until resumed\n");
    auto const resumed = run_program(db, {"resume", "article"});
    CHECK(resumed.code == 3);
    CHECK(resumed.out == "article: was not paused; every table is paused: night\n");
    CHECK(run_program(db, {"run", "--once", "--lock-wait", "0"}, {articles_to_mark()}).code == 3);
    CHECK(run_program(db, {"resume"}).out == "every table: resumed\n");
    CHECK(run_program(db, {"run", "--once", "--lock-wait", "0"}, {articles_to_mark()}).code == 0);
}

TEST_CASE("a standby that replays nothing stops the walk at --max-lag, and lets it go on")
{
    PrivateServer const primary;
    PrivateServer const standby{PrivateServer::StandbyOf{primary}};
    auto const exec = [](PrivateServer const& server, std::string const& sql) {
        pqxx::connection connection(server.url());
        return pqxx::nontransaction(connection).exec(sql);
    };
    auto const value = [&](std::string const& sql) {
        return std::string(exec(primary, sql)[0][0].c_str());
    };
    exec(primary, many_articles_sql(20'000));
    await("the standby to stream", [&] {
        return value("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming' AND "
                     "replay_lsn IS NOT NULL") == "1";
    });
    Program program({"run", "--once", "--database", primary.url(), "--batch-rows", "20", "--lease",
                     "1s", "--max-lag", "300ms", "--lock-wait", "1h"},
                    {articles_to_mark()});
    auto const written = [&] {
        return value("SELECT count(*) FROM article WHERE mark IS NOT NULL");
    };
    await("rows to be written", [&] { return written() != "0"; });
    exec(standby, "SELECT pg_wal_replay_pause()");
    await("the worker to wait for the standby", [&] {
        return value("SELECT coalesce(max(why), '') FROM rowbot.walk").find("standby") !=
               std::string::npos;
    });
    auto const held_at = written();
    CHECK(held_at != "20000");
    for (int i = 0; i < 2; ++i) {
        auto const before = value("SELECT max(seen_at) FROM rowbot.process");
        await("a sign of life",
              [&] { return value("SELECT max(seen_at) FROM rowbot.process") != before; });
    }
    CHECK(written() == held_at);
    CHECK(program.printed().find("a standby's replay is ") != std::string::npos);
    exec(standby, "SELECT pg_wal_replay_resume()");
    await("rows to be written again", [&] { return written() != held_at; });
    program.terminate();
    CHECK(program.wait().code == 0);
}
