// SPDX-License-Identifier: MIT
#include "daemon.hpp"
#include "walked_table.hpp"

#include <doctest/doctest.h>

#include <csignal>

TEST_CASE("rows whose transaction was open when the last pass ended are found when it commits")
{
    TemporaryDatabase const db;
    WalkedTable const table(db.url(), 1000);
    auto const connection = db.connect();
    pqxx::work theirs(*connection);
    theirs.exec("INSERT INTO article SELECT i, i FROM generate_series(1001, 1100) AS i");
    Daemon daemon(db.url(), {"--recheck", "100ms", "--duty", "1"});
    table.await_complete();
    CHECK(table.pending() == 0);
    theirs.commit();
    CHECK(table.value("SELECT count(*) FROM article") == "1100");
    table.await_pending(0);
    CHECK(table.wrong() == 0);
    table.await_complete();
    daemon.send(SIGTERM);
    CHECK(daemon.exit_code() == 0);
}

TEST_CASE("a daemon that runs on finds rows that appear later, wherever they stand")
{
    TemporaryDatabase const db;
    WalkedTable const table(db.url(), 5000);
    Daemon daemon(db.url(), {"--recheck", "100ms", "--duty", "1"});
    table.await_complete();
    table.exec("INSERT INTO article VALUES (6000, 6000)");
    table.await_pending(0);
    table.exec("DELETE FROM article WHERE id BETWEEN 100 AND 1000");
    table.exec("VACUUM article");
    table.exec("INSERT INTO article SELECT i, i FROM generate_series(100, 500) AS i");
    table.await_pending(0);
    table.exec("UPDATE article SET number = id, applied_upgrades = '{}' WHERE id IN (1, 2500)");
    table.await("rows whose names were taken away",
                "SELECT count(*) = 2 FROM article WHERE id IN (1, 2500) AND number = 2 * id");
    CHECK(table.wrong() == 0);
    daemon.send(SIGTERM);
    CHECK(daemon.exit_code() == 0);
}
