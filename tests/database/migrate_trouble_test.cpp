// SPDX-License-Identifier: MIT

// The commands `rowbot migrate …` where something is wrong with what they were given.

#include "run_migrate.hpp"

#include <nlohmann/json.hpp>

namespace
{

/// Schemas of two tenants, and one that is no tenant's.
void make_tenants(TemporaryDatabase const& db)
{
    db.exec("CREATE SCHEMA tenant_a; CREATE SCHEMA tenant_b; CREATE SCHEMA tenants");
}

/// `schema|rows`, for each migrations table.
std::string tables(TemporaryDatabase const& db)
{
    return db.rows("SELECT schemaname, (xpath('/row/n/text()', query_to_xml(format('SELECT "
                   "count(*) AS n FROM %I.migrations', schemaname), false, true, '')))[1] FROM "
                   "pg_tables WHERE tablename = 'migrations' ORDER BY 1");
}

} // namespace

TEST_CASE("a pattern migrates each schema that matches, and one that fails stops no other")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    make_tenants(db);
    folder.write("1_a.sql", "SELECT 1");
    folder.write("2_b.sql", "DO $$ BEGIN IF to_regclass('tenant_b.migrations') IS NULL THEN RAISE "
                            "'too early'; END IF; END $$");
    auto ended = run_migrate(db, folder, {"up", "--schema", "tenant_%", "--log-level", "error"});
    CHECK(ended.code == 70);
    CHECK(ended.out == "tenant_b: 2 migrations applied, up to date\n");
    CHECK(ended.err.starts_with("tenant_a: 2_b.sql:1:1: SQLSTATE P0001: too early\n"));
    CHECK(tables(db) == "tenant_a|2\ntenant_b|3");

    CHECK(run_migrate(db, folder, {"repair", "--schema", "tenant_a"}).code == 0);
    ended = run_migrate(db, folder, {"up", "--schema", "tenant_%", "--log-level", "error"});
    CHECK(seen(ended) == "0|tenant_a: 1 migration applied, up to date\ntenant_b: up to date\n|");
}

TEST_CASE("an error in one of several schemas names it with --log-format json")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    make_tenants(db);
    folder.write("1_a.sql", "SELECT 1/0");
    auto const ended =
        run_migrate(db, folder, {"up", "--schema", "tenant_%", "--log-format", "json"});
    CHECK(ended.code == 70);
    auto const first = nlohmann::json::parse(ended.err.substr(0, ended.err.find('\n')));
    CHECK(first.at("event") == "migration_failed");
    CHECK(first.at("schema") == "tenant_a");
    CHECK(first.at("sqlstate") == "22012");
}

TEST_CASE("a migrations table of somebody else in one schema stops no other")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    make_tenants(db);
    db.exec("CREATE TABLE tenant_a.migrations (what text)");
    folder.write("1_a.sql", "SELECT 1");
    auto const ended =
        run_migrate(db, folder, {"up", "--schema", "tenant_%", "--log-level", "error"});
    CHECK(ended.code == 64);
    CHECK(ended.out == "tenant_b: 1 migration applied, up to date\n");
    CHECK(ended.err.starts_with("tenant_a: tenant_a.migrations is not a table of "
                                "postgres-migrations"));
}

TEST_CASE("status and verify look at each schema that matches")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    make_tenants(db);
    folder.write("1_a.sql", "SELECT 1");
    CHECK(run_migrate(db, folder, {"up", "--schema", "tenant_b"}).code == 0);
    auto ended = run_migrate(db, folder, {"status", "--exit-code", "--schema", "tenant_%"});
    CHECK(seen(ended) ==
          "3|tenant_a.migrations: 0 of 1 migrations are applied\n  to be applied: 1_a.sql\n"
          "tenant_b.migrations: 1 of 1 migrations are applied\n|");
    folder.write("1_a.sql", "SELECT 2");
    ended = run_migrate(db, folder, {"verify", "--schema", "tenant_%"});
    CHECK(ended.code == 70);
    CHECK(ended.out.starts_with("tenant_a.migrations: 1 files, those that are applied are "
                                "unchanged\n1_a.sql has changed"));
}

TEST_CASE("a schema that is not there is asked wrongly")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "SELECT 1");
    CHECK(seen(run_migrate(db, folder, {"up", "--schema", "tenant_%"})) ==
          "64||rowbot: --schema: no schema matches 'tenant_%'\n");
    CHECK(seen(run_migrate(db, folder, {"up", "--schema", "tenant"})) ==
          "64||rowbot: there is no schema 'tenant' for the table 'migrations'; create it first\n");
}

TEST_CASE("without a migrations table nothing is applied, and looking makes none")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "SELECT 1");
    CHECK(run_migrate(db, folder, {"status"}).says("0 of 1 migrations are applied"));
    CHECK(run_migrate(db, folder, {"verify"}).code == 0);
    CHECK(run_migrate(db, folder, {"unlock"}).code == 0);
    CHECK(run_migrate(db, folder, {"wait", "--timeout", "1ms"}).code == 3);
    CHECK(exists(db, "migrations") + exists(db, "rowbot.setting") == "ff");
}

TEST_CASE("what is asked wrongly is exit 64 and says what is right")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    for (auto const& [arguments, text] :
         std::vector<std::pair<std::vector<std::string>, std::string>>{
             {{"migrate"}, "rowbot migrate does what?"},
             {{"migrate", "down"}, "'migrate down' is no command"},
             {{"migrate", "up", "2"}, "rowbot migrate up takes no arguments, but '2' follows"},
             {{"migrate", "up", "--json"}, "--json: rowbot migrate up does not take it"},
             {{"migrate", "new"}, "rowbot migrate new takes one argument"},
             {{"migrate", "baseline"}, "rowbot migrate baseline takes one argument"},
             {{"migrate", "baseline", "x"}, "'x'"},
             {{"migrate", "repair", "0"}, "0"},
             {{"migrate", "repair", "1", "--begun", "maybe"}, "--begun: "},
             {{"migrate", "repair", "--begun", "done"},
              "--begun: name the migration: rowbot "
              "migrate repair N --begun done"},
             {{"migrate", "create-db"}, "rowbot migrate create-db takes one argument"},
             {{"migrate", "wait", "--timeout", "soon"}, "--timeout: "}}) {
        auto const ended = run_program(db, arguments);
        CAPTURE(ended.err);
        CHECK(ended.code == 64);
        CHECK(ended.err.find(text) != std::string::npos);
        CHECK(ended.out.empty());
    }
}

TEST_CASE("files that are wrong are exit 64, before anything connects")
{
    MigrationsFolder const folder;
    auto const up = [](std::string const& directory) {
        return run_program({"migrate", "up", "--migrations", directory, "--database",
                            "host=/nowhere", "--connect-wait", "0"});
    };
    auto const missing = (folder.path() / "missing").string();
    CHECK(seen(up(missing)) ==
          "64||rowbot: " + missing +
              ": the folder of the migrations cannot be read (No such file "
              "or directory); create it, or name the right one with --migrations\n");
    folder.write("foo.sql", "SELECT 1");
    CHECK(up(folder.path().string()).says("'foo.sql' does not begin with a number"));
    folder.remove("foo.sql");
    folder.write("2_b.sql", "SELECT 1");
    auto const ended = up(folder.path().string());
    CHECK(ended.code == 64);
    CHECK(ended.says("Found a non-consecutive migration ID on file: '2_b.sql'"));
}

TEST_CASE("a password in a malformed URL is shown nowhere")
{
    MigrationsFolder const folder;
    folder.write("1_a.sql", "SELECT 1");
    for (auto const* const command : {"up", "wait", "status"})
        for (auto const* const format : {"text", "json"}) {
            CAPTURE(command);
            auto const ended =
                run_program({"migrate", command, "--migrations", folder.path().string(),
                             "--database", "postgresql://u:secret@[::1/db", "--connect-wait", "1s",
                             "--timeout", "1s", "--log-format", format});
            CHECK(ended.code != 0);
            CHECK(ended.err.find("secret") == std::string::npos);
        }
}

TEST_CASE("a database that is away is exit 69 after --connect-wait")
{
    MigrationsFolder const folder;
    folder.write("1_a.sql", "SELECT 1");
    for (auto const* const command : {"up", "status", "verify", "repair", "adopt", "unlock"}) {
        CAPTURE(command);
        auto const ended = run_program({"migrate", command, "--migrations", folder.path().string(),
                                        "--database", "host=/nowhere", "--connect-wait", "0"});
        CHECK(ended.code == 69);
        CHECK(ended.err.starts_with("rowbot: "));
        CHECK(ended.says("/nowhere"));
    }
    CHECK(run_program({"migrate", "create-db", "x", "--database", "host=/nowhere"}).code == 69);
}
