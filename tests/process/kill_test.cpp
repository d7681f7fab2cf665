// SPDX-License-Identifier: MIT
#include "daemon.hpp"
#include "walked_table.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <random>

TEST_CASE("after fifty kills at random moments of one walk, every row is upgraded exactly once")
{
    TemporaryDatabase const db;
    WalkedTable const table(db.url(), 60'000);
    std::mt19937 random(1);
    WalkedTable::Stand before;
    for (int kills = 0; kills < 50; ++kills) {
        CAPTURE(kills);
        Daemon daemon(db.url(), {"--batch-rows", "50", "--duty", "1"}, 100);
        table.await_middle(before.rows_written);
        std::chrono::microseconds const moment{std::uniform_int_distribution(0, 20'000)(random)};
        REQUIRE_FALSE(daemon.ends_within(moment));
        daemon.send(SIGKILL);
        CHECK(daemon.exit_code() == 128 + SIGKILL);

        auto const after = table.stand();
        CHECK(after.rows_written > before.rows_written);
        REQUIRE(after.in_the_middle());
        before = after;
        // Nobody is there to give it back, and fifty leases are a long time.
        table.exec("UPDATE rowbot.walk SET lease_until = NULL");
    }
    CHECK(table.half_done() == 0);
    REQUIRE(table.pending() > 0);
    Daemon last(db.url(), {"--once", "--duty", "1"});
    CHECK(last.exit_code() == 0);
    CHECK(table.wrong() == 0);
    CHECK(table.value("SELECT rows_upgraded FROM rowbot.upgrade") == "60000");
}
