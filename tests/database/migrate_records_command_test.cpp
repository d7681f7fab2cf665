// SPDX-License-Identifier: MIT

// The commands `rowbot migrate …` that write files or records and run no migration, and those that
// wait.

#include "private_server.hpp"
#include "run_migrate.hpp"

namespace
{

std::string const marker = "-- postgres-migrations disable-transaction\n";

std::string quoted_name(std::string const& name)
{
    return "\"" + name + "\"";
}

} // namespace

TEST_CASE("migrate new creates the next file, needs no database and prints the path")
{
    MigrationsFolder const folder;
    folder.write("1_a.sql");
    auto const add = [&](std::string const& name) {
        return run_program({"migrate", "new", name, "--migrations", folder.path().string(),
                            "--database", "host=/nowhere"});
    };
    auto const path = (folder.path() / "2_add-b.sql").string();
    CHECK(seen(add("add-b")) == "0|" + path + "\n|");
    CHECK(folder.read("2_add-b.sql").starts_with("-- Why:\n"));
    CHECK(add("add-b").code == 64); // the name is taken
    CHECK(add("no name").says("'no name' cannot be the name of a migration"));
}

TEST_CASE("migrate baseline records what is there already")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "CREATE TABLE a ()");
    folder.write("2_b.sql", "CREATE TABLE b ()");
    CHECK(seen(run_migrate(db, folder, {"baseline", "1"})) == "0|1_a.sql: recorded as applied\n|");
    CHECK(run_migrate(db, folder, {"baseline", "1"}).out.empty());
    CHECK(seen(run_migrate(db, folder, {"baseline", "3"})) ==
          "64||rowbot: there is no migration 3; the last one is 2\n");
    CHECK(run_migrate(db, folder, {"up"}).code == 0);
    CHECK(exists(db, "a") + exists(db, "b") == "ft");
    CHECK(db.rows("SELECT what, detail FROM rowbot.event") == "baseline|1_a.sql");
}

TEST_CASE("migrate repair forgets a failure, or says that there was none")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    CHECK(seen(run_migrate(db, folder, {"repair"})) == "0|there was nothing to repair\n|");
    folder.write("1_a.sql", "INSERT INTO later VALUES (1)");
    CHECK(run_migrate(db, folder, {"up"}).code == 70);
    db.exec("CREATE TABLE later (x int)");
    CHECK(run_migrate(db, folder, {"up"}).says("1_a.sql has failed once and is not run again"));
    CHECK(seen(run_migrate(db, folder, {"repair"})) ==
          "0|the last failure was forgotten: the next run begins at once\n|");
    CHECK(run_migrate(db, folder, {"up"}).code == 0);
    CHECK(run_migrate(db, folder, {"repair", "2"}).says("there is no migration 2"));
}

TEST_CASE("migrate repair N accepts the changed file N")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "select 1;\n");
    CHECK(run_migrate(db, folder, {"up"}).code == 0);
    folder.write("1_a.sql", "select 1;");
    CHECK(run_migrate(db, folder, {"up"}).code == 70);
    CHECK(seen(run_migrate(db, folder, {"repair", "1"})) ==
          "0|1_a.sql: the hash 48f5711cc1874edceb519b0c61e0484ba05987cc was replaced by "
          "58344f4d6b3bcf8e1494820ccbd4f9197551a903\n|");
    CHECK(run_migrate(db, folder, {"up"}).code == 0);
}

TEST_CASE("migrate repair N --begun answers what became of a statement")
{
    for (auto const* const answer : {"done", "again"}) {
        TemporaryDatabase const db;
        MigrationsFolder const folder;
        folder.write("1_t.sql", "CREATE TABLE t (x int); CREATE PROCEDURE p() LANGUAGE plpgsql AS "
                                "$$ BEGIN INSERT INTO t VALUES (1); COMMIT; END $$");
        CHECK(run_migrate(db, folder, {"up"}).code == 0);
        folder.write("2_p.sql", marker + "CALL p();\nINSERT INTO t VALUES (2);\n");
        db.exec("INSERT INTO rowbot.migration_progress (table_name, id, begun) VALUES "
                "('public.migrations', 2, true)"); // as a crash leaves it
        auto const asked = run_migrate(db, folder, {"up"});
        CHECK(asked.code == 70);
        CHECK(asked.says("rowbot migrate repair 2 --begun done (or again)"));
        bool const done = std::string(answer) == "done";
        CHECK(run_migrate(db, folder, {"repair", "2", "--begun", answer})
                  .says(done ? "2_p.sql: goes on at statement 2\n"
                             : "2_p.sql: goes on at statement 1\n"));
        CHECK(run_migrate(db, folder, {"up"}).code == 0);
        CHECK(db.value("SELECT string_agg(x::text, ' ' ORDER BY x) FROM t") ==
              (done ? "2" : "1 2"));
    }
}

TEST_CASE("migrate adopt uses a table as it is, and converts another tool's files")
{
    TemporaryDatabase const db, other;
    MigrationsFolder const folder, empty, theirs;
    folder.write("1_a.sql", "SELECT 1");
    CHECK(run_migrate(db, folder, {"adopt"}).code == 64); // there is nothing to adopt
    CHECK(run_migrate(db, folder, {"up"}).code == 0);
    CHECK(seen(run_migrate(db, folder, {"adopt"})) ==
          "0|public.migrations is used as it is: 1 migrations are applied, 0 are to be run\n|");
    folder.write("1_a.sql", "SELECT 2");
    CHECK(run_migrate(db, folder, {"adopt"}).code == 70);

    other.exec("CREATE TABLE schema_migrations (version varchar PRIMARY KEY);"
               "INSERT INTO schema_migrations VALUES ('1')");
    theirs.write("1_x.sql", "-- migrate:up\nCREATE TABLE x ();\n");
    CHECK(run_migrate(other, empty, {"adopt"}).says("name the folder of its files with --from"));
    auto const ended = run_migrate(other, empty, {"adopt", "--from", theirs.path().string()});
    CHECK(ended.code == 0);
    CHECK(ended.out.starts_with("0001_baseline.sql was written and recorded as applied"));
    CHECK(recorded(other) == "0|create-migrations-table\n1|baseline");
}

TEST_CASE("migrate unlock takes a lock away and says whose it was")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "SELECT 1");
    CHECK(run_migrate(db, folder, {"up"}).code == 0);
    db.exec("INSERT INTO rowbot.migration_lock (table_name, owner, token, lease_until) VALUES "
            "('public.migrations', 'somebody on elsewhere', 't', now() + interval '1 h')");
    folder.write("2_b.sql", "SELECT 1");
    CHECK(run_migrate(db, folder, {"up"}).code == 3);
    CHECK(seen(run_migrate(db, folder, {"unlock"})) == "0|taken from somebody on elsewhere\n|");
    CHECK(seen(run_migrate(db, folder, {"unlock"})) == "0|nobody held the lock\n|");
    auto session = db.connect();
    pqxx::nontransaction(*session).exec("SELECT pg_advisory_lock(-8525285245963000605)");
    CHECK(
        run_migrate(db, folder, {"unlock"})
            .out.starts_with("nobody held the lock\npostgres-migrations' lock belongs to a session "
                             "and goes with it: pid " +
                             std::to_string(session->backendpid())));
    session.reset();
    CHECK(run_migrate(db, folder, {"up"}).code == 0);
}

TEST_CASE("migrate create-db creates a database once")
{
    TemporaryDatabase const db;
    auto const name = db.name() + "_more";
    CHECK(seen(run_program(db, {"migrate", "create-db", name})) == "0|" + name + ": created\n|");
    CHECK(seen(run_program(db, {"migrate", "create-db", name})) ==
          "0|" + name + ": exists already\n|");
    db.exec("DROP DATABASE " + quoted_name(name));
    CHECK(run_program(db, {"migrate", "create-db", ""}).code == 64);
}

TEST_CASE("migrate wait ends when the last migration is applied")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "SELECT 1");
    folder.write("2_b.sql", "SELECT 1");
    auto const late = run_migrate(db, folder, {"wait", "--timeout", "1ms"});
    CHECK(late.code == 3);
    CHECK(late.says("not yet: after --timeout, 2 migrations are still to be applied\n"));
    Program waiting(migrate_arguments(db, folder, {"wait", "--timeout", "1m"}), {});
    await("it to wait",
          [&] { return waiting.printed() == "waits: 2 migrations are still to be applied\n"; });
    CHECK(run_migrate(db, folder, {"up"}).code == 0);
    CHECK(seen(waiting.wait()) == "0|up to date\n|waits: 2 migrations are still to be applied\n");
}

TEST_CASE("migrate wait says that an applied file has changed, and waits for its repair")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "SELECT 1");
    folder.write("2_b.sql", "SELECT 1");
    CHECK(run_migrate(db, folder, {"up"}).code == 0);
    folder.remove("2_b.sql"); // ahead, and different
    folder.write("1_a.sql", "SELECT 2");
    Program waiting(migrate_arguments(db, folder, {"wait"}), {});
    await("it to wait", [&] {
        return waiting.printed().starts_with("waits: 1_a.sql has changed since it was applied");
    });
    CHECK(run_migrate(db, folder, {"repair", "1"}).code == 0);
    CHECK(waiting.wait().code == 0);
}

TEST_CASE("migrate wait for a database that is away ends with it, with --timeout, or when told")
{
    PrivateServer const server;
    MigrationsFolder const folder;
    server.stop();
    std::vector<std::string> const wait{"migrate",     "wait",       "--migrations",
                                        folder.path(), "--database", server.url()};
    auto limited = wait;
    limited.insert(limited.end(), {"--timeout", "1ms"});
    auto const late = run_program(limited);
    CHECK(late.code == 3);
    CHECK(late.says("not yet: after --timeout, the database cannot be reached: "));

    auto const begins_to_wait = [](Program const& program) {
        await("it to wait", [&] {
            return program.printed().starts_with("waits: the database cannot be reached: ");
        });
    };
    Program stopped(wait, {});
    begins_to_wait(stopped);
    stopped.terminate();
    CHECK(stopped.wait().code == 3);

    Program waiting(wait, {});
    begins_to_wait(waiting);
    server.start();
    auto const ended = waiting.wait();
    CHECK(ended.code == 0);
    CHECK(ended.out == "up to date\n");
}
