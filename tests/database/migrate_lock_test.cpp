// SPDX-License-Identifier: MIT
#include "migrations_folder.hpp"
#include "pgbouncer.hpp"

#include "schema/bookkeeping.hpp"

#include <mutex>
#include <thread>

using namespace std::chrono_literals;
using rowbot::MigrationError;
using rowbot::NotYetError;

TEST_CASE("the lock of postgres-migrations is waited for, and its holder named")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "SELECT 1");
    auto node = std::make_unique<pqxx::connection>(db.url() + " application_name=node");
    pqxx::nontransaction(*node).exec("SELECT pg_try_advisory_lock(-8525285245963000605)");
    auto const error = thrown_by<NotYetError>([&] { run(db, folder); });
    says(error,
         "another program migrates: pid " + std::to_string(node->backendpid()) + " (node), since ");
    says(error, ": SELECT pg_try_advisory_lock(-8525285245963000605); it held the lock for the "
                "whole --lock-wait");
    CHECK(exists(db, "migrations") == "f");

    Listener listener;
    listener.at_first_wait = [&] { node.reset(); };
    auto options = options_for(db, folder);
    options.observer = &listener;
    options.lock_wait = 1min;
    CHECK(files_of(rowbot::migrate(options)) == "1_a.sql");
    CHECK(listener.waits.starts_with("another program migrates: pid "));
}

TEST_CASE("postgres-migrations' lock is held while a migration runs, and free afterwards")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "CREATE TABLE seen AS SELECT count(*) FROM pg_locks WHERE locktype = "
                            "'advisory' AND objsubid = 1 AND (classid::bigint << 32) | "
                            "objid::bigint = -8525285245963000605 AND database = (SELECT oid FROM "
                            "pg_database WHERE datname = current_database())");
    run(db, folder);
    CHECK(db.value("SELECT count FROM seen") == "1");
    CHECK(db.value("SELECT pg_try_advisory_lock(-8525285245963000605)") == "t");
    CHECK(db.value("SELECT count(*) FROM rowbot.migration_lock") == "0");
}

TEST_CASE("a lock record keeps others out until its lease has ended")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "SELECT 1");
    run(db, folder);
    folder.write("2_b.sql", "SELECT 1");
    db.exec("INSERT INTO rowbot.migration_lock (table_name, owner, token, lease_until) VALUES "
            "('public.migrations', 'somebody on elsewhere', 't', now() + interval '1 h')");
    says(thrown_by<NotYetError>([&] { run(db, folder); }),
         "another program migrates: somebody on elsewhere, since ");
    db.exec("UPDATE rowbot.migration_lock SET lease_until = now() - interval '1 s'");
    CHECK(run(db, folder) == "2_b.sql");
    CHECK(db.value("SELECT count(*) FROM rowbot.migration_lock") == "0");
}

TEST_CASE("a migration whose lock is taken over keeps nothing")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    rowbot::MigrateOptions options;
    options.connection = db.url();
    options.migrations = {{.file = "1_a.sql", .up = [&](rowbot::Transaction& tx) {
                               tx.exec("CREATE TABLE half ()");
                               db.exec("UPDATE rowbot.migration_lock SET token = 'another'");
                           }}};
    says(thrown_by<rowbot::Error>([&] { rowbot::migrate(options); }),
         "another program has taken over");
    CHECK(exists(db, "half") == "f");
    CHECK(recorded(db) == "0|create-migrations-table");
}

TEST_CASE("a lock that a reader holds is asked for again until the reader has ended")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    db.exec("CREATE TABLE t (x int)");
    folder.write("1_y.sql", "CREATE TABLE before (); ALTER TABLE t ADD COLUMN y int");
    auto const connection = db.connect();
    auto reader = std::make_unique<pqxx::work>(*connection);
    reader->exec("SELECT count(*) FROM t");
    Listener listener;
    listener.at_first_wait = [&] { reader.reset(); };
    auto options = options_for(db, folder);
    options.observer = &listener;
    options.lock_timeout = 20ms;
    CHECK(files_of(rowbot::migrate(options)) == "1_y.sql");
    CHECK(listener.waits == "1_y.sql: canceling statement due to lock timeout; trying again\n");
    CHECK(db.value("SELECT count(y) FROM t") == "0");
}

TEST_CASE("a lock that is never free ends with what is missing, and no fence")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    db.exec("CREATE TABLE t (x int)");
    folder.write("1_y.sql", "ALTER TABLE t ADD COLUMN y int");
    auto const connection = db.connect();
    auto reader = std::make_unique<pqxx::work>(*connection);
    reader->exec("SELECT count(*) FROM t");
    auto options = options_for(db, folder);
    options.lock_timeout = 20ms;
    options.lock_retry = 0ms;
    says(thrown_by<NotYetError>([&] { rowbot::migrate(options); }),
         "1_y.sql: did not get its locks within --lock-retry");
    reader.reset();
    CHECK(files_of(rowbot::migrate(options)) == "1_y.sql");
}

TEST_CASE("--timeout ends a statement that takes too long")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "CREATE TABLE half (); SELECT pg_sleep(3600)");
    auto options = options_for(db, folder);
    options.timeout = 300ms;
    says(thrown_by<NotYetError>([&] { rowbot::migrate(options); }),
         "the run was ended after --timeout, 300 ms");
    CHECK(exists(db, "half") == "f");
}

TEST_CASE("of ten that migrate a fresh database at once, one applies each migration")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_t.sql", "CREATE TABLE t (x int)");
    for (int i = 2; i <= 8; ++i)
        folder.write(std::to_string(i) + "_x" + std::to_string(i) + ".sql",
                     "INSERT INTO t VALUES (" + std::to_string(i) + ")");
    auto options = options_for(db, folder);
    options.lock_wait = 1min;
    std::mutex mutex;
    std::size_t applied = 0;
    std::string errors;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 10; ++i)
            threads.emplace_back([&] {
                try {
                    auto const count = rowbot::migrate(options).size();
                    std::lock_guard const lock(mutex);
                    applied += count;
                } catch (std::exception const& e) {
                    std::lock_guard const lock(mutex);
                    errors += e.what() + std::string("\n");
                }
            });
    }
    CHECK(errors.empty());
    CAPTURE(errors);
    CHECK(applied == 8);
    CHECK(db.value("SELECT string_agg(x::text, ' ' ORDER BY x) FROM t") == "2 3 4 5 6 7 8");
    CHECK(db.value("SELECT string_agg(id::text, ' ' ORDER BY id) FROM migrations") ==
          "0 1 2 3 4 5 6 7 8");
}

TEST_CASE("behind PgBouncer in transaction mode, transactions migrate and nothing else does")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    PgBouncer const pool(db);
    folder.write("1_t.sql", "CREATE TABLE t (x int)");
    folder.write("2_u.sql", "CREATE TABLE u (x int)");
    auto options = options_for(db, folder);
    options.connection = pool.url();
    CHECK(files_of(rowbot::migrate(options)) == "1_t.sql 2_u.sql");
    CHECK(db.value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == "0");

    folder.write("3_i.sql", "-- postgres-migrations disable-transaction\n"
                            "CREATE INDEX CONCURRENTLY t_x ON t (x)");
    says(thrown_by<rowbot::ConfigError>([&] { rowbot::migrate(options); }), "--direct-url");
    CHECK(exists(db, "t_x") == "f");
    options.direct_connection = db.url();
    CHECK(files_of(rowbot::migrate(options)) == "3_i.sql");
    CHECK(db.value("SELECT indisvalid FROM pg_index WHERE indexrelid = 't_x'::regclass") == "t");
}

TEST_CASE("a set of migrations that has failed is not run again at once, an edited one is")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "SELECT 1/0");
    std::string const first = thrown_by<MigrationError>([&] { run(db, folder); }).what();
    auto const second = thrown_by<MigrationError>([&] { run(db, folder); });
    says(second, "1_a.sql has failed once and is not run again before ");
    says(second, "it said:\n" + first);
    CHECK(db.rows("SELECT failures, file, retry_at - failed_at < interval '6 s' FROM "
                  "rowbot.migration_failure") == "1|1_a.sql|t");
    folder.write("1_a.sql", "SELECT 1");
    CHECK(run(db, folder) == "1_a.sql");
    CHECK(db.value("SELECT count(*) FROM rowbot.migration_failure") == "0");
}

TEST_CASE("the pause counts from the first failure, also where migrations before it were applied")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "SELECT 1");
    folder.write("2_b.sql", "SELECT 1/0");
    folder.write("3_c.sql", "SELECT 1");
    CHECK(thrown_by<MigrationError>([&] { run(db, folder); }).where().sqlstate == "22012");
    says(thrown_by<MigrationError>([&] { run(db, folder); }),
         "2_b.sql has failed once and is not run again before ");
    folder.write("3_c.sql", "SELECT 2"); // an edit of any of them
    CHECK(thrown_by<MigrationError>([&] { run(db, folder); }).where().sqlstate == "22012");
}

TEST_CASE("a repair lets a set of migrations that has failed run again")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "INSERT INTO later VALUES (1)");
    CHECK_THROWS_AS(run(db, folder), MigrationError);
    db.exec("CREATE TABLE later (x int)");
    CHECK_THROWS_AS(run(db, folder), MigrationError);
    CHECK(rowbot::schema::repair(options_for(db, folder), {}, rowbot::schema::Begun::unknown) ==
          std::vector<std::string>{"the last failure was forgotten: the next run begins at once"});
    CHECK(run(db, folder) == "1_a.sql");
}

TEST_CASE("each failure of the same migrations doubles the pause")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "SELECT 1/0");
    CHECK_THROWS_AS(run(db, folder), MigrationError);
    db.exec("UPDATE rowbot.migration_failure SET retry_at = now()");
    CHECK_THROWS_AS(run(db, folder), MigrationError);
    CHECK(db.rows("SELECT failures, date_trunc('second', retry_at - failed_at + interval '1 ms') "
                  "FROM rowbot.migration_failure") == "2|00:00:10");
}
