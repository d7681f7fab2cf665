// SPDX-License-Identifier: MIT
#include "daemon.hpp"
#include "walked_table.hpp"

#include <doctest/doctest.h>

namespace
{

/// Runs a daemon over the table, lets `meanwhile` happen in mid-walk, and expects that every row
/// is doubled exactly once in the end.
void walk_through(int rows, int row_us, std::function<void(WalkedTable const&)> const& meanwhile)
{
    TemporaryDatabase const db;
    WalkedTable const table(db.url(), rows);
    Daemon daemon(db.url(), {"--once", "--batch-rows", "50", "--duty", "1"}, row_us);
    table.await_middle();
    meanwhile(table);
    CHECK(daemon.exit_code() == 0);
    CHECK(table.wrong() == 0);
}

} // namespace

TEST_CASE("VACUUM FULL in mid-walk loses no row and repeats none")
{
    walk_through(20'000, 100, [](WalkedTable const& table) {
        for (int i = 0; i < 3; ++i) {
            table.exec("VACUUM FULL article");
            CHECK(table.pending() > 0);
            table.await_middle(table.stand().rows_written);
        }
    });
}

TEST_CASE("CLUSTER in mid-walk, which puts pending rows before the cursor, loses no row")
{
    walk_through(20'000, 100, [](WalkedTable const& table) {
        table.exec("CREATE INDEX shuffled ON article (md5(id::text));"
                   "CREATE INDEX reversed ON article ((-id))");
        for (std::string const index : {"shuffled", "reversed", "article_pkey"}) {
            table.exec("CLUSTER article USING " + index);
            CHECK(table.pending() > 0);
            table.await_middle(table.stand().rows_written);
        }
    });
}

TEST_CASE("rows that move behind the cursor are upgraded")
{
    walk_through(20'000, 100, [](WalkedTable const& table) {
        auto stand = table.stand();
        while (stand.block < 20) stand = table.await_middle(stand.rows_written);
        table.exec("VACUUM article"); // makes room where the walk has been
        table.exec("UPDATE article SET counter = 1 WHERE id > 19000");
        REQUIRE(stand.pass == 0);
        CHECK(table.value("SELECT count(*) > 0 FROM article WHERE applied_upgrades IS NULL AND "
                          "counter = 1 AND ctid < '(" +
                          std::to_string(stand.block) + ",0)'") == "t");
    });
}

TEST_CASE("fifty thousand rows that one transaction inserts in mid-walk are upgraded")
{
    walk_through(5000, 10, [](WalkedTable const& table) {
        table.exec("INSERT INTO article SELECT i, i FROM generate_series(5001, 55000) AS i");
        CHECK(table.pending() > 50'000);
    });
}
