// SPDX-License-Identifier: MIT
#include "daemon.hpp"
#include "pages.hpp"
#include "walked_table.hpp"

#include <doctest/doctest.h>

#include <csignal>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

TEST_CASE("SIGTERM and SIGINT end a walk with exit code 0 and nothing half done")
{
    for (int const signal : {SIGTERM, SIGINT}) {
        CAPTURE(signal);
        TemporaryDatabase const db;
        WalkedTable const table(db.url(), 20'000);
        for (std::string const once : {"--once", "--recheck=1s"}) {
            Daemon daemon(db.url(), {once, "--batch-rows", "50"}, 1000);
            table.await_middle(table.stand().rows_written);
            daemon.send(signal);
            CHECK(daemon.exit_code() == 0);
            CHECK(table.half_done() == 0);
            CHECK(table.pending() > 0);
            CHECK(table.value("SELECT owner IS NULL AND lease_until IS NULL FROM rowbot.walk") ==
                  "t");
        }
        Daemon last(db.url(), {"--once", "--duty", "1"});
        CHECK(last.exit_code() == 0);
        CHECK(table.wrong() == 0);
    }
}

TEST_CASE("SIGTERM ends a daemon whose write waits for a row that somebody has locked")
{
    TemporaryDatabase const db;
    WalkedTable const table(db.url(), 1000);
    db.exec("ALTER DATABASE " + db.name() + " SET deadlock_timeout = '1h'"); // locks are waited for
    auto const connection = db.connect();
    pqxx::work theirs(*connection);
    theirs.exec("SELECT FROM article WHERE id % 10 = 0 FOR UPDATE");
    Daemon daemon(db.url(), {});
    table.await_lock_wait();
    daemon.send(SIGTERM);
    CHECK(daemon.exit_code() == 0);
    CHECK(table.half_done() == 0);
    CHECK(table.pending() > 0);
}

TEST_CASE("SIGTERM ends a daemon that waits for a locked table, at its start and in mid-walk")
{
    TemporaryDatabase const db;
    WalkedTable const table(db.url(), 20'000);
    db.exec("ALTER DATABASE " + db.name() + " SET deadlock_timeout = '1h'");
    for (bool const in_mid_walk : {false, true}) {
        CAPTURE(in_mid_walk);
        auto const connection = db.connect();
        pqxx::work theirs(*connection);
        std::unique_ptr<Daemon> daemon;
        if (in_mid_walk) {
            daemon = std::make_unique<Daemon>(db.url(), std::vector<std::string>{}, 1000);
            table.await_middle();
        }
        theirs.exec("LOCK TABLE article IN ACCESS EXCLUSIVE MODE");
        if (!in_mid_walk) daemon = std::make_unique<Daemon>(db.url(), std::vector<std::string>{});
        table.await_lock_wait();
        daemon->send(SIGTERM);
        CHECK(daemon->exit_code() == 0);
        theirs.abort();
        CHECK(table.half_done() == 0);
    }
}

TEST_CASE("SIGTERM ends a daemon although somebody has locked its state")
{
    TemporaryDatabase const db;
    WalkedTable const table(db.url(), 100);
    Pages const pages;
    Daemon daemon(db.url(), {"--recheck", "1s", "--http", pages.endpoint()});
    table.await_complete();
    auto const connection = db.connect();
    pqxx::work theirs(*connection);
    theirs.exec("LOCK TABLE rowbot.control, rowbot.upgrade, rowbot.process, rowbot.walk");
    table.await_lock_wait();
    CHECK(pages.get("/status").status == 503);
    CHECK(pages.get("/livez").status == 200);
    daemon.send(SIGTERM);
    CHECK(daemon.exit_code() == 0);
}

TEST_CASE("a server that accepts connections and says nothing is one that cannot be reached")
{
    int const listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    REQUIRE((::bind(listener, any, size) == 0 && ::listen(listener, 8) == 0 &&
             ::getsockname(listener, any, &size) == 0));
    auto const port = std::to_string(ntohs(address.sin_port));
    Daemon daemon("host=127.0.0.1 port=" + port, {"--connect-wait", "1s"});
    CHECK(daemon.exit_code() == 69);
    ::close(listener);
}
