// SPDX-License-Identifier: MIT
#include "run_migrate.hpp"

#include <nlohmann/json.hpp>

#include <sstream>

using nlohmann::json;

namespace
{

/// The first JSON line on standard error with this event.
json event(Ended const& ended, std::string const& name)
{
    std::istringstream lines(ended.err);
    for (std::string line; std::getline(lines, line);)
        if (auto parsed = json::parse(line); parsed.at("event") == name) return parsed;
    throw std::runtime_error(name + " is not in: " + ended.err);
}

/// Without what took how long.
std::string untimed(std::string text)
{
    for (std::size_t at = 0; (at = text.find(" in ", at)) != std::string::npos; ++at)
        text.erase(at + 4, text.find(" ms", at) - at - 4);
    return text;
}

} // namespace

TEST_CASE("migrate up applies what is missing and says so")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "CREATE TABLE a ()");
    folder.write("2_b.sql", "CREATE TABLE b ()");
    CHECK(untimed(seen(run_migrate(db, folder, {"up"}))) ==
          "0|2 migrations applied, up to date\n|1_a.sql  applied in  ms\n2_b.sql  applied in  "
          "ms\n");
    CHECK(exists(db, "a") + exists(db, "b") == "tt");
    CHECK(seen(run_migrate(db, folder, {"up"})) == "0|up to date\n|");
}

TEST_CASE("migrate up --to goes no further, and says so")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "CREATE TABLE a ()");
    folder.write("2_b.sql", "CREATE TABLE b ()");
    auto ended = run_migrate(db, folder, {"up", "--to", "1", "--log-level", "error"});
    CHECK(seen(ended) == "0|1 migration applied, up to date as far as --to 1\n|");
    CHECK(exists(db, "b") == "f");
    ended = run_migrate(db, folder, {"up", "--to", "3"});
    CHECK(seen(ended) == "64||rowbot: there is no migration 3; the last one is 2\n");
    CHECK(run_migrate(db, folder, {"up", "--to", "one"}).code == 64);
}

TEST_CASE("migrate up --dry-run prints what would be run and runs nothing")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "CREATE TABLE a ()");
    folder.write("2_b.sql", "-- rowbot: requires article/trim\nCREATE TABLE b ()");
    CHECK(seen(run_migrate(db, folder, {"up", "--dry-run"})) ==
          "0|-- 1_a.sql\nCREATE TABLE a ()\n-- 2_b.sql\n-- requires article/trim\n-- rowbot: "
          "requires article/trim\nCREATE TABLE b ()\n|");
    CHECK(db.value("SELECT count(*) FROM pg_class WHERE relname IN ('a', 'migrations')") == "0");
    CHECK(db.value("SELECT to_regnamespace('rowbot') IS NULL") == "t");
    CHECK(run_migrate(db, folder, {"up", "--to", "1"}).code == 0);
    CHECK(seen(run_migrate(db, folder, {"up", "--to", "1", "--dry-run"})) ==
          "0|public.migrations: nothing is to be applied\n|");
    folder.write("2_b.sql", "COMMIT");
    CHECK(run_migrate(db, folder, {"up", "--dry-run"}).code == 70);
}

TEST_CASE("a migration that fails is exit 70, with its place for people")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    write_failing(folder);
    auto const ended = run_migrate(db, folder, {"up", "--log-level", "error"});
    CHECK(seen(ended) ==
          "70||2_bad.sql:2:13: SQLSTATE 42P01: relation \"nowhere\" does not exist\nINSERT INTO "
          "nowhere VALUES (2);\n            ^\n(rolled back, nothing of it was kept)\n");
    CHECK(recorded(db) == "0|create-migrations-table\n1|t");
    CHECK(db.value("SELECT count(*) FROM t") == "0");
}

TEST_CASE("a migration that fails is an object with --log-format json")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "SELECT 1;\n  DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = "
                            "'P4711', DETAIL = 'the detail', HINT = 'the hint'; END $$;\n");
    auto const failed =
        event(run_migrate(db, folder, {"up", "--log-format", "json"}), "migration_failed");
    CHECK(failed.at("level") == "error");
    CHECK(failed.at("file") == "1_a.sql");
    CHECK(failed.at("line") == 2);
    CHECK(failed.at("column") == 3);
    CHECK(failed.at("statement").get<std::string>().starts_with("DO $$ BEGIN RAISE"));
    CHECK(failed.at("sqlstate") == "P4711");
    CHECK(failed.at("detail") == "the detail");
    CHECK(failed.at("hint") == "the hint");
    CHECK(failed.at("message").get<std::string>().starts_with("1_a.sql:2:3: SQLSTATE P4711: no\n"));
}

TEST_CASE("what is applied, and what is warned of, are objects too")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "select 1;\n");
    auto const applied =
        event(run_migrate(db, folder, {"up", "--log-format", "json"}), "migration_applied");
    CHECK(applied.at("id") == 1);
    CHECK(applied.at("file") == "1_a.sql");
    CHECK(applied.at("took_ms").is_number_integer());
    folder.write("1_a.sql", "select 1;\r\n");
    CHECK(event(run_migrate(db, folder, {"up", "--log-format", "json"}), "migration_warning")
              .at("text") == "1_a.sql: only its line endings differ from what was applied");
}

TEST_CASE("a required upgrade that is missing is exit 3, and --assume or --wait goes on")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_t.sql", "CREATE TABLE t (x int, applied_upgrades text[]);"
                            "INSERT INTO t VALUES (1, NULL)");
    folder.write("2_drop.sql", "-- rowbot: requires t/trim\nALTER TABLE t DROP COLUMN x");
    auto const ended = run_migrate(db, folder, {"up", "--log-level", "warning"});
    CHECK(ended.code == 3);
    CHECK(ended.err.starts_with("not yet: 2_drop.sql:1: upgrade t/trim is not complete: rows of "
                                "public.t lack it; HINT:  let the daemon finish"));
    Program waiting(migrate_arguments(db, folder, {"up", "--wait"}), {});
    await("the migration to wait", [&] {
        return waiting.printed().find("waits: 2_drop.sql:1: upgrade t/trim") != std::string::npos;
    });
    db.exec("UPDATE t SET applied_upgrades = '{trim}'");
    CHECK(waiting.wait().code == 0);

    db.exec("UPDATE t SET applied_upgrades = NULL");
    folder.write("3_more.sql", "-- rowbot: requires t/trim, t/more\nSELECT 1");
    CHECK(run_migrate(db, folder, {"up", "--assume", "t/trim"}).code == 3);
    CHECK(run_migrate(db, folder, {"up", "--assume", "t/trim", "--assume", "t/more"}).code == 0);
}

TEST_CASE("a changed file is exit 70, and --no-hash-check goes on and is recorded")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "SELECT 1");
    CHECK(run_migrate(db, folder, {"up"}).code == 0);
    folder.write("1_a.sql", "SELECT 2");
    folder.write("2_b.sql", "SELECT 1");
    auto ended = run_migrate(db, folder, {"up"});
    CHECK(ended.code == 70);
    CHECK(ended.err.starts_with("1_a.sql has changed since it was applied: its hash is "));
    ended = run_migrate(db, folder, {"up", "--no-hash-check"});
    CHECK(ended.code == 0);
    CHECK(ended.err.starts_with("1_a.sql has changed since it was applied: its hash is "));
    CHECK(db.rows("SELECT table_name, what, detail FROM rowbot.event") ==
          "public.migrations|migrated without a hash check|2_b.sql");
}

TEST_CASE("another program's lock is exit 3 after --lock-wait, and its holder is named")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "SELECT 1");
    pqxx::connection node(db.url() + " application_name=node");
    pqxx::nontransaction(node).exec("SELECT pg_try_advisory_lock(-8525285245963000605)");
    auto const ended = run_migrate(db, folder, {"up"});
    CHECK(ended.code == 3);
    CHECK(ended.says("not yet: another program migrates: pid " + std::to_string(node.backendpid()) +
                     " (node), since "));
}

TEST_CASE("status tells what is applied, pending, required, wrong and failed")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    write_failing(folder);
    folder.write("3_drop.sql", "-- rowbot: requires t/trim, t/more\nSELECT 1");
    CHECK(seen(run_migrate(db, folder, {"status"})) ==
          "0|public.migrations: 0 of 3 migrations are applied\n  to be applied: 1_t.sql\n  to be "
          "applied: 2_bad.sql\n  to be applied: 3_drop.sql  (requires t/trim)  (requires "
          "t/more)\n|");
    CHECK(db.value("SELECT to_regnamespace('rowbot') IS NULL") == "t"); // looking changes nothing
    CHECK(run_migrate(db, folder, {"up"}).code == 70);
    auto ended = run_migrate(db, folder, {"status"});
    CHECK(ended.code == 0);
    CHECK(ended.says("public.migrations: 1 of 3 migrations are applied\n"));
    CHECK(ended.says("  failed: 2_bad.sql has failed once and is not run again before "));
    CHECK(ended.says("\n    INSERT INTO nowhere VALUES (2);\n                ^\n"));
    folder.write("1_t.sql", "SELECT 1");
    db.exec("INSERT INTO rowbot.migration_lock (table_name, owner, token, lease_until) VALUES "
            "('public.migrations', 'somebody', 't', now() + interval '1 h')");
    ended = run_migrate(db, folder, {"status"});
    CHECK(ended.says("  error: 1_t.sql has changed since it was applied: "));
    CHECK(ended.says("  migrating now: somebody, since "));
}

TEST_CASE("status --json is for programs")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "SELECT 1");
    CHECK(run_migrate(db, folder, {"up"}).code == 0);
    folder.write("2_b.sql", "-- rowbot: requires t/trim\nSELECT 1");
    auto const ended = run_migrate(db, folder, {"status", "--json"});
    CHECK(ended.code == 0);
    CHECK(json::parse(ended.out) ==
          json{{"table", "public.migrations"},
               {"applied", 1},
               {"migrations",
                {{{"id", 1}, {"file", "1_a.sql"}, {"applied", true}, {"requires", json::array()}},
                 {{"id", 2}, {"file", "2_b.sql"}, {"applied", false}, {"requires", {"t/trim"}}}}},
               {"errors", json::array()},
               {"warnings", json::array()},
               {"holder", nullptr},
               {"failure", nullptr}});
}

TEST_CASE("status --exit-code is 3 while something is to be applied or wrong")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "SELECT 1");
    CHECK(run_migrate(db, folder, {"status", "--exit-code"}).code == 3);
    CHECK(run_migrate(db, folder, {"up"}).code == 0);
    CHECK(run_migrate(db, folder, {"status", "--exit-code"}).code == 0);
    folder.write("1_a.sql", "SELECT 2");
    CHECK(run_migrate(db, folder, {"status", "--exit-code"}).code == 3);
    CHECK(run_migrate(db, folder, {"status"}).code == 0);
}

TEST_CASE("verify is exit 0 where the files fit, and 70 where they do not")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "SELECT 1");
    CHECK(run_migrate(db, folder, {"up"}).code == 0);
    folder.write("2_b.sql", "SELECT 1");
    CHECK(seen(run_migrate(db, folder, {"verify"})) ==
          "0|public.migrations: 2 files, those that are applied are unchanged\n|");
    folder.write("2_b.sql", "SELECT 1;\nCOMMIT");
    auto ended = run_migrate(db, folder, {"verify"});
    CHECK(ended.code == 70);
    CHECK(ended.err.starts_with("2_b.sql:2:1: 'commit' interferes with"));
    folder.write("1_a.sql", "SELECT 2");
    ended = run_migrate(db, folder, {"verify"});
    CHECK(ended.code == 70);
    CHECK(ended.out.starts_with("1_a.sql has changed since it was applied"));
    CHECK(recorded(db) == "0|create-migrations-table\n1|a");
}
