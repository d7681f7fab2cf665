// SPDX-License-Identifier: MIT
#include "daemon.hpp"
#include "walked_table.hpp"

#include <doctest/doctest.h>

#include <csignal>

namespace
{

/// Which session wrote rows, and when, statement by statement.
char const* const log_sql = R"sql(
    CREATE TABLE log (id bigserial, pid int, at timestamptz);
    CREATE FUNCTION log() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO log (pid, at) VALUES (pg_backend_pid(), clock_timestamp()); RETURN NULL; END $$;
    CREATE TRIGGER log AFTER UPDATE ON article EXECUTE FUNCTION log())sql";

} // namespace

TEST_CASE("ten daemons that start at once create the state schema, and one of them walks")
{
    TemporaryDatabase const db;
    WalkedTable const table(db.url(), 5000);
    table.exec(log_sql);
    std::vector<std::unique_ptr<Daemon>> daemons;
    for (int i = 0; i < 10; ++i)
        daemons.push_back(std::make_unique<Daemon>(
            db.url(), std::vector<std::string>{"--once", "--lock-wait", "80s", "--duty", "1"}, 20));
    for (auto const& daemon : daemons) {
        auto const code = daemon->exit_code();
        if (code != 0) MESSAGE(daemon->said());
        CHECK(code == 0);
    }
    CHECK(table.wrong() == 0);
    CHECK(table.value("SELECT count(DISTINCT pid) FROM log") == "1");
    CHECK(table.value("SELECT count(*) FROM rowbot.process") == "10");
}

TEST_CASE("run --once exits 3 after its wait for a table that another worker walks")
{
    TemporaryDatabase const db;
    WalkedTable const table(db.url(), 20'000);
    table.exec(log_sql);
    Daemon const holder(db.url(), {"--batch-rows", "50"}, 1000);
    table.await_middle();
    Daemon other(db.url(), {"--once", "--lock-wait", "300ms"});
    CHECK(other.exit_code() == 3);
    CHECK(other.said().find("another worker walks it") != std::string::npos);
    CHECK(table.value("SELECT count(DISTINCT pid) FROM log") == "1");
}

TEST_CASE("when the holder is killed, the next takes over as soon as the lease has run out")
{
    TemporaryDatabase const db;
    WalkedTable const table(db.url(), 20'000);
    table.exec(log_sql);
    Daemon holder(db.url(), {"--batch-rows", "50", "--lease", "2s"}, 1000);
    table.await_middle();
    Daemon next(db.url(), {"--once", "--lease", "2s", "--lock-wait", "60s", "--duty", "1"});
    table.await("the other to wait", "SELECT count(*) = 2 FROM rowbot.process");
    holder.send(SIGKILL);
    CHECK(holder.exit_code() == 128 + SIGKILL);
    auto const lease_until = table.value("SELECT lease_until FROM rowbot.walk");
    CHECK(next.exit_code() == 0);
    CHECK(table.wrong() == 0);
    CHECK(table.value("SELECT count(DISTINCT pid) FROM log") == "2");
    CHECK(table.value("SELECT min(at) > '" + lease_until +
                      "' FROM log WHERE pid <> (SELECT pid FROM log ORDER BY id LIMIT 1)") == "t");
}

TEST_CASE("a holder that was frozen for longer than its lease writes nothing more")
{
    TemporaryDatabase const db;
    WalkedTable const table(db.url(), 20'000);
    table.exec(log_sql);
    Daemon holder(db.url(), {"--batch-rows", "50", "--lease", "1s", "--recheck", "1h"}, 1000);
    table.await_middle();
    // Between two transactions: in one it would hold the lease's row itself.
    for (bool idle = false; !idle;) {
        holder.send(SIGSTOP);
        idle = table.value("SELECT count(*) = 0 FROM pg_stat_activity WHERE state <> 'idle' AND "
                           "pid <> pg_backend_pid() AND datname = current_database()") == "t";
        if (!idle) holder.send(SIGCONT);
    }
    auto const statements = table.value("SELECT count(*) FROM log");
    auto const pid = table.value("SELECT pid FROM log ORDER BY id LIMIT 1");
    Daemon next(db.url(), {"--once", "--lock-wait", "60s", "--duty", "1"});
    table.await("another holder", "SELECT count(DISTINCT pid) = 2 FROM log");
    holder.send(SIGCONT);
    CHECK(next.exit_code() == 0);
    holder.send(SIGTERM);
    CHECK(holder.exit_code() == 0);
    CHECK(table.wrong() == 0);
    CHECK(table.value("SELECT count(*) FROM log WHERE pid = " + pid) == statements);
}
