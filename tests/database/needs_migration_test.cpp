// SPDX-License-Identifier: MIT

// Upgrades that need a schema migration (Upgrade::needs_migration) and migrations that meet a walk.

#include "article_tables.hpp"
#include "run_migrate.hpp"
#include "run_worker.hpp"

namespace
{

/// Writes a column that migration 1 adds.
rowbot::Upgrade rate()
{
    return {.name = "rate",
            .apply = [](rowbot::Row const&) -> rowbot::Patch {
                return {{"rating", 5}};
            },
            .reads = {"status"},
            .writes = {"rating"},
            .needs_migration = 1};
}

char const* const waits_for_1 = "upgrade 'rate' needs schema migration 1, which is not applied";

void write_rating(MigrationsFolder const& folder)
{
    folder.write("1_rating.sql", "ALTER TABLE article ADD COLUMN rating int");
}

rowbot::WorkerOptions without_waiting(TemporaryDatabase const& db)
{
    auto options = once_over(db);
    options.lock_wait = {};
    return options;
}

std::string names(TemporaryDatabase const& db)
{
    return db.rows("SELECT id, applied_upgrades FROM article ORDER BY id");
}

/// How many rows have a mark.
std::string marked(TemporaryDatabase const& db)
{
    return db.value("SELECT count(*) FROM article WHERE mark IS NOT NULL");
}

/// Waits until the worker itself says in the state that it waits for this.
void await_why(TemporaryDatabase const& db, std::string const& why)
{
    await("the worker to wait: " + why, [&] {
        return db.value("SELECT to_regclass('rowbot.walk') IS NOT NULL") == "t" &&
               db.value("SELECT coalesce(max(why), '') FROM rowbot.walk").find(why) !=
                   std::string::npos;
    });
}

} // namespace

TEST_CASE("an upgrade waits for its migration, those before it do not")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    db.exec(articles_sql);
    write_rating(folder);
    auto const table = articles_to_mark({mark(), rate()});
    auto const held = run_worker(without_waiting(db), {table});
    CHECK(held.outcome == "not yet");
    CHECK(held.waits == std::vector<std::string>{waits_for_1});
    CHECK(names(db) == "1|{mark}\n2|{mark}\n3|{mark}");
    auto const status = run_program(db, {"status"}, {table});
    CHECK(status.says(waits_for_1));
    CHECK(run_program(db, {"gate", "article/mark"}, {table}).code == 0);
    CHECK(run_program(db, {"gate", "article/rate"}, {table}).code == 3);

    run(db, folder);
    auto const walked = run_worker(without_waiting(db), {table});
    CHECK(walked.outcome == "done");
    CHECK(names(db) == "1|{mark,rate}\n2|{mark,rate}\n3|{mark,rate}");
    CHECK(db.value("SELECT sum(rating) FROM article") == "15");
    CHECK_FALSE(run_program(db, {"status"}, {table}).says("needs schema migration"));
}

TEST_CASE("an upgrade behind one that waits for a migration waits too")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    db.exec(articles_sql);
    write_rating(folder);
    auto const table = articles_to_mark({rate(), mark()});
    CHECK(run_worker(without_waiting(db), {table}).outcome == "not yet");
    CHECK(names(db) == "1|∅\n2|∅\n3|∅");
    run(db, folder);
    CHECK(run_worker(without_waiting(db), {table}).outcome == "done");
    CHECK(names(db) == "1|{rate,mark}\n2|{rate,mark}\n3|{rate,mark}");
}

TEST_CASE("a walk that waits for a migration goes on by itself when it is applied")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    db.exec(articles_sql);
    write_rating(folder);
    // The owner: nobody can be granted a column yet that a migration is to add.
    Program worker({"run", "--database", as_owner(db)}, {articles_to_mark({mark(), rate()})});
    await_why(db, waits_for_1);
    CHECK(names(db) == "1|{mark}\n2|{mark}\n3|{mark}");
    db.exec("INSERT INTO article VALUES (4, 'late')"); // it does not sleep meanwhile
    await("the late row", [&] { return marked(db) == "4"; });
    CHECK(run_migrate(db, folder, {"up"}).code == 0);
    await("the walk to end", [&] {
        return db.value("SELECT state || coalesce(why, '') FROM rowbot.walk") == "complete";
    });
    CHECK(db.value("SELECT count(*) FROM article WHERE applied_upgrades = '{mark,rate}'") == "4");
    worker.terminate();
    CHECK(worker.wait().code == 0);
}

TEST_CASE("run --once waits for a migration as long as --lock-wait allows")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    db.exec(articles_sql);
    write_rating(folder);
    // The owner, as above.
    Program worker({"run", "--once", "--lock-wait", "1h", "--database", as_owner(db)},
                   {articles_to_mark({rate()})});
    await_why(db, waits_for_1);
    CHECK(run_migrate(db, folder, {"up"}).code == 0);
    CHECK(worker.wait().code == 0);
    CHECK(names(db) == "1|{rate}\n2|{rate}\n3|{rate}");
}

TEST_CASE("an upgrade finds its migration in the table that --migrations-table names")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    db.exec(articles_sql);
    write_rating(folder);
    auto options = options_for(db, folder);
    options.table = "versions";
    rowbot::migrate(options);
    auto worker = without_waiting(db);
    CHECK(run_worker(worker, {articles_to_mark({rate()})}).outcome == "not yet");
    worker.migrations_table = "public.versions";
    CHECK(run_worker(worker, {articles_to_mark({rate()})}).outcome == "done");
}

TEST_CASE("a walk rests while a migration waits for its table, and ends after it")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    db.exec(many_articles_sql(20'000));
    write_rating(folder);
    Program worker({"run", "--once", "--database", db.url(), "--batch-rows", "10", "--lease", "1s",
                    "--duty", "1", "--lock-wait", "1h"},
                   {articles_to_mark()});
    await("rows to be written", [&] {
        return db.value("SELECT to_regclass('rowbot.walk') IS NOT NULL") == "t" &&
               marked(db) != "0";
    });
    auto const connection = db.connect();
    auto reader = std::make_unique<pqxx::work>(*connection);
    reader->exec("SELECT count(*) FROM article");
    Program migration(migrate_arguments(db, folder, {"up", "--lock-timeout", "0"}), {});
    await_why(db, " waits for a lock on article");
    // Not by a look at the table, which would wait behind the migration.
    auto const written = [&] { return db.value("SELECT rows_written FROM rowbot.walk"); };
    auto const held_at = written();
    CHECK(held_at != "20000");
    for (int i = 0; i < 2; ++i) { // it has all the time to write
        auto const before = db.value("SELECT max(seen_at) FROM rowbot.process");
        await("a sign of life",
              [&] { return db.value("SELECT max(seen_at) FROM rowbot.process") != before; });
    }
    CHECK(written() == held_at);
    reader.reset();
    CHECK(migration.wait().code == 0);
    CHECK(worker.wait().code == 0);
    CHECK(marked(db) == "20000");
    CHECK(db.value("SELECT count(rating) FROM article") == "0");
}
