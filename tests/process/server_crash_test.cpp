// SPDX-License-Identifier: MIT
#include "daemon.hpp"
#include "private_server.hpp"
#include "walked_table.hpp"

#include <doctest/doctest.h>

#include <csignal>

TEST_CASE("a daemon outlives crashes of the server that take back committed rows, and doubles "
          "every row once")
{
    PrivateServer const server;
    WalkedTable const table(server.url(), 20'000);
    // What was committed with synchronous_commit = off stays in memory for long.
    table.exec("ALTER SYSTEM SET wal_writer_delay = '10s'");
    table.exec("ALTER SYSTEM SET wal_writer_flush_after = '1GB'");
    table.exec("ALTER SYSTEM SET wal_buffers = '64MB'");
    table.exec("ALTER SYSTEM SET full_page_writes = off");
    server.stop();
    server.start();
    Daemon daemon(
        server.url(),
        {"--batch-rows", "50", "--duty", "1", "--connect-wait", "60s", "--recheck", "200ms"}, 100);
    int taken_back = 0;
    for (int i = 0; i < 6; ++i) {
        table.await_middle(table.stand().rows_written + 500);
        bool const frozen = i % 2 == 0; // then all that was committed can be counted
        if (frozen) daemon.send(SIGSTOP);
        auto const before = table.pending();
        server.crash();
        server.start();
        if (frozen) taken_back += table.pending() - before;
        daemon.send(SIGCONT);
        REQUIRE_FALSE(daemon.ends_within(std::chrono::milliseconds{1}));
    }
    MESSAGE(taken_back << " committed rows were lost in crashes");
    CHECK(taken_back > 0);
    table.await_pending(0);
    CHECK(table.wrong() == 0);
    daemon.send(SIGTERM);
    CHECK(daemon.exit_code() == 0);
}

TEST_CASE("a daemon whose sessions are all ended by the administrator goes on")
{
    TemporaryDatabase const db;
    WalkedTable const table(db.url(), 20'000);
    Daemon daemon(db.url(), {"--batch-rows", "50", "--duty", "1", "--once"}, 200);
    for (int i = 0; i < 10; ++i) {
        table.await_middle(table.stand().rows_written);
        table.exec("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> "
                   "pg_backend_pid() AND datname = current_database()");
    }
    CHECK(daemon.exit_code() == 0);
    CHECK(table.wrong() == 0);
}
