// SPDX-License-Identifier: MIT
#include "held_upgrade.hpp"

namespace
{

rowbot::Upgrade double_number()
{
    return {.name = "double-number",
            .apply = [](rowbot::Row const& row) -> rowbot::Patch {
                return {{"number", 2 * row.get<int>("number")}};
            },
            .reads = {"number"},
            .writes = {"number"}};
}

void create(TemporaryDatabase const& db, int rows)
{
    db.exec("CREATE TABLE article (id int PRIMARY KEY, number int, applied_upgrades text[]);"
            "INSERT INTO article SELECT i, i FROM generate_series(1, " +
            std::to_string(rows) + ") AS i");
}

/// Tells when so many rows are written.
struct TellsRows : Told {
    std::int64_t awaited = 0;
    Event written{};

    void batch_written(rowbot::BatchReport const& report) override
    {
        Told::batch_written(report);
        if (rows_written >= awaited) written.happen();
    }
};

} // namespace

TEST_CASE("a row that somebody has locked does not stop the others")
{
    TemporaryDatabase const db;
    create(db, 2000);
    auto const connection = db.connect();
    pqxx::work theirs(*connection);
    theirs.exec("SELECT FROM article WHERE id % 500 = 7 FOR UPDATE");
    TellsRows told;
    told.awaited = 1996;
    auto walk = std::async(std::launch::async, [&] {
        std::vector<rowbot::Table> const tables{{.name = "article", .upgrades = {double_number()}}};
        return rowbot::Worker(as_walker(once_over(db), tables), tables, told).run();
    });
    told.written.wait("all rows but four are written");
    CHECK(db.value("SELECT string_agg(id::text, ' ' ORDER BY id) FROM article "
                   "WHERE applied_upgrades IS NULL") == "7 507 1007 1507");
    theirs.exec("UPDATE article SET number = number + 1 WHERE id = 7");
    theirs.commit();
    CHECK(walk.get() == rowbot::Outcome::done);
    CHECK(db.value("SELECT count(*) FROM article WHERE number = 2 * id") == "1999");
    CHECK(db.value("SELECT number FROM article WHERE id = 7") == "16");
}

TEST_CASE("a row that stays locked is reported as not yet done")
{
    TemporaryDatabase const db;
    create(db, 20);
    auto const connection = db.connect();
    pqxx::work theirs(*connection);
    theirs.exec("SELECT FROM article WHERE id = 7 FOR UPDATE");
    auto options = once_over(db);
    options.lock_wait = std::chrono::seconds{1};
    auto const run = run_worker(options, {{.name = "article", .upgrades = {double_number()}}});
    CHECK(run.outcome == "not yet");
    CHECK(run.failures.empty());
    CHECK(db.value("SELECT count(*) FROM article WHERE number = 2 * id") == "19");
    CHECK(db.rows("SELECT state, rows_pending FROM rowbot.walk") == "running|1");
}

TEST_CASE("a stop does not wait for a row that somebody has locked")
{
    TemporaryDatabase const db;
    create(db, 20);
    db.exec("ALTER DATABASE " + db.name() + " SET deadlock_timeout = '1h'"); // locks are waited for
    auto const connection = db.connect();
    pqxx::work theirs(*connection);
    theirs.exec("SELECT FROM article WHERE id IN (7, 8, 9) FOR UPDATE");
    std::stop_source stop;
    Told told;
    auto walk = std::async(std::launch::async, [&] {
        std::vector<rowbot::Table> const tables{{.name = "article", .upgrades = {double_number()}}};
        return rowbot::Worker(as_walker(once_over(db), tables), tables, told).run(stop.get_token());
    });
    await_waiting_writer(db);
    stop.request_stop();
    CHECK(walk.get() == rowbot::Outcome::done);
    CHECK(told.table_stops.empty());
    CHECK(db.value("SELECT count(*) FROM article WHERE number IN (id, 2 * id)") == "20");
    CHECK(db.value("SELECT count(*) FROM article WHERE (number = 2 * id) IS DISTINCT FROM "
                   "(applied_upgrades IS NOT NULL)") == "0");
    CHECK(db.value("SELECT owner IS NULL FROM rowbot.walk") == "t");
}
