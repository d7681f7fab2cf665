// SPDX-License-Identifier: MIT

// Migrations whose database comes late, whose connections are lost, and whose program dies.

#include "private_server.hpp"
#include "run_migrate.hpp"

using namespace std::chrono_literals;

namespace
{

void exec(PrivateServer const& server, std::string const& sql)
{
    pqxx::connection connection(server.url());
    pqxx::nontransaction(connection).exec(sql);
}

/// Ends the session that holds the lock, and waits for its end.
void end_keeper(TemporaryDatabase const& db)
{
    CHECK(db.value("SELECT pg_terminate_backend(pid, 60000) FROM pg_locks WHERE locktype = "
                   "'advisory' AND (classid::bigint << 32) | objid::bigint = "
                   "-8525285245963000605 AND database = (SELECT oid FROM pg_database WHERE "
                   "datname = current_database())") == "t");
}

rowbot::MigrateOptions one_function(TemporaryDatabase const& db,
                                    std::function<void(rowbot::Transaction&)> function)
{
    rowbot::MigrateOptions options;
    options.connection = db.url();
    options.migrations = {{.file = "1_a.sql", .up = std::move(function)}};
    return options;
}

} // namespace

TEST_CASE("a server and a database that come late are waited for")
{
    PrivateServer const server;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "CREATE TABLE a ()");
    server.stop();
    Program program({"migrate", "up", "--migrations", folder.path().string(), "--database",
                     server.url() + " dbname=late", "--connect-wait", "1m"},
                    {});
    auto const waits_for = [&](std::string const& what) {
        await("it to wait", [&] { return program.printed().find(what) != std::string::npos; });
    };
    waits_for("waits: the database cannot be reached: ");
    server.start();
    waits_for("database \"late\" does not exist");
    exec(server, "CREATE DATABASE late");
    auto const ended = program.wait();
    CHECK(ended.code == 0);
    CHECK(ended.out == "1 migration applied, up to date\n");
}

TEST_CASE("to a role named rowbot, the schema of the state is no place for tables")
{
    PrivateServer const server;
    exec(server, "CREATE ROLE rowbot LOGIN SUPERUSER");
    rowbot::MigrateOptions options;
    options.connection = server.url("rowbot");
    options.migrations = {{.file = "1_a.sql", .sql = "CREATE TABLE a ()"},
                          {.file = "2_b.sql",
                           .sql = "-- postgres-migrations disable-transaction\nCREATE TABLE b ()"}};
    CHECK(rowbot::migrate(options).size() == 2);
    CHECK(rowbot::migrate(options).empty());
    pqxx::connection connection(server.url());
    auto const tables = pqxx::nontransaction(connection)
                            .exec("SELECT string_agg(oid::regclass::text, ' ' ORDER BY relname) "
                                  "FROM pg_class WHERE relnamespace = 'public'::regnamespace AND "
                                  "relkind = 'r'");
    CHECK(tables[0][0].c_str() == std::string("a b migrations"));
}

TEST_CASE("a server that ends in the middle of a migration is exit 69, and nothing has happened")
{
    PrivateServer const server;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "CREATE TABLE half (); SELECT pg_sleep(3600)");
    std::vector<std::string> const up{"migrate",    "up",         "--migrations",   folder.path(),
                                      "--database", server.url(), "--connect-wait", "0"};
    Program program(up, {});
    await("the migration", [&] {
        pqxx::connection connection(server.url());
        return !pqxx::nontransaction(connection)
                    .exec("SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
                    .empty();
    });
    server.crash();
    CHECK(program.wait().code == 69);
    server.start();
    folder.write("1_a.sql", "CREATE TABLE half ()");
    // The dead program's record of the lock has a lease.
    auto again = up;
    again.insert(again.end(), {"--lock-wait", "1m"});
    CHECK(run_program(again).code == 0);
}

TEST_CASE("a migration keeps nothing when the session of its lock has ended")
{
    TemporaryDatabase const db;
    auto const options = one_function(db, [&](rowbot::Transaction& tx) {
        tx.exec("CREATE TABLE half ()");
        end_keeper(db);
    });
    says(thrown_by<rowbot::Error>([&] { rowbot::migrate(options); }),
         "or its session was ended; what it had not committed was not kept");
    CHECK(exists(db, "half") == "f");
    CHECK(recorded(db) == "0|create-migrations-table");
}

TEST_CASE("an idle session that is ended meanwhile hides neither success nor failure")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    std::string const end_idle =
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
        "AND application_name = 'rowbot migrate' AND pid NOT IN (SELECT pid FROM pg_locks WHERE "
        "locktype = 'advisory');\n";
    folder.write("1_a.sql", end_idle);
    CHECK(run(db, folder) == "1_a.sql");
    folder.write("2_b.sql", end_idle + "SELECT 1 / 0;\n");
    CHECK(thrown_by<rowbot::MigrationError>([&] { run(db, folder); }).where().sqlstate == "22012");
    says(thrown_by<rowbot::MigrationError>([&] { run(db, folder); }), "2_b.sql has failed once");
}

TEST_CASE("a statement outside a transaction is not recorded by a program that has lost the lock")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_p.sql", "CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN UPDATE "
                            "rowbot.migration_lock SET token = 'another'; COMMIT; END $$");
    run(db, folder);
    folder.write("2_x.sql", "-- postgres-migrations disable-transaction\nCALL p();\n"
                            "CREATE TABLE later ();\n");
    says(thrown_by<rowbot::Error>([&] { run(db, folder); }), "another program has taken over");
    CHECK(db.rows("SELECT statements_done, begun FROM rowbot.migration_progress") == "0|t");
    CHECK(exists(db, "later") == "f");
}

TEST_CASE("the lock of a program that was killed is taken over after its lease")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "CREATE TABLE half (); SELECT pg_sleep(3600)");
    {
        Program const killed(migrate_arguments(db, folder, {"up", "--lease", "2s"}), {});
        await("the migration", [&] {
            return db.value("SELECT count(*) FROM pg_stat_activity WHERE datname = "
                            "current_database() AND wait_event = 'PgSleep'") == "1";
        });
    }
    await("the server to notice", [&] {
        return db.value("SELECT count(*) FROM pg_stat_activity WHERE datname = "
                        "current_database() AND wait_event = 'PgSleep'") == "0";
    });
    folder.write("1_a.sql", "CREATE TABLE whole ()");
    auto const ended = run_migrate(db, folder, {"up", "--lock-wait", "1m"});
    CHECK(ended.code == 0);
    CHECK(ended.err.starts_with("waits: another program migrates: "));
    CHECK(exists(db, "half") + exists(db, "whole") == "ft");
    CHECK(db.value("SELECT count(*) FROM rowbot.migration_lock") == "0");
}

TEST_CASE("a holder that lives keeps its lock beyond its lease")
{
    TemporaryDatabase const db;
    auto options = one_function(db, [&](rowbot::Transaction& tx) {
        tx.exec("CREATE TABLE whole ()");
        auto const until = [&] {
            return db.value("SELECT lease_until FROM rowbot.migration_lock");
        };
        for (int i = 0; i < 4; ++i) { // a lease is renewed three times before it ends
            auto const before = until();
            await("a renewal", [&] { return until() != before; });
        }
    });
    options.lease = 300ms;
    CHECK(files_of(rowbot::migrate(options)) == "1_a.sql");
}

TEST_CASE("bytes that PostgreSQL cannot take are refused before anything runs")
{
    using namespace std::string_literals;
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "CREATE TABLE a ()");
    for (auto const& [text, what] :
         {std::pair{"SELECT 1;\n-- \xff\xfe"s, "bytes that are not UTF-8"},
          std::pair{"SELECT 1;\n-- \0"s, "a NUL byte"}}) {
        folder.write("2_b.sql", text);
        says(thrown_by<rowbot::ConfigError>([&] { run(db, folder); }), "2_b.sql:2: "s + what);
        CHECK(exists(db, "a") + exists(db, "migrations") == "ff");
    }
}

TEST_CASE("an applied file that is not UTF-8 is compared as postgres-migrations compares it")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "\xff\xfe");
    folder.write("2_b.sql", "SELECT 1");
    db.exec("CREATE TABLE migrations (id integer PRIMARY KEY, name varchar(100) UNIQUE NOT NULL, "
            "hash varchar(40) NOT NULL, executed_at timestamp DEFAULT current_timestamp);"
            "INSERT INTO migrations VALUES (0, 'create-migrations-table', "
            "'e18db593bcde2aca2a408c4d1100f6abba2195df'), (1, 'a', "
            "'0f4c4197fe162de0ed867c3d5651bca5a187af07')");
    CHECK(run(db, folder) == "2_b.sql");
}

TEST_CASE("a success clears what had failed, and the next failure counts from one")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "INSERT INTO later VALUES (1)");
    CHECK_THROWS_AS(run(db, folder), rowbot::MigrationError);
    db.exec("CREATE TABLE later (x int);"
            "UPDATE rowbot.migration_failure SET retry_at = now()"); // the pause has ended
    CHECK(run(db, folder) == "1_a.sql");
    CHECK(db.value("SELECT count(*) FROM rowbot.migration_failure") == "0");
    folder.write("2_b.sql", "SELECT 1/0");
    CHECK_THROWS_AS(run(db, folder), rowbot::MigrationError);
    CHECK(db.rows("SELECT failures, file FROM rowbot.migration_failure") == "1|2_b.sql");
}
