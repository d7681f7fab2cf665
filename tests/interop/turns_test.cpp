// SPDX-License-Identifier: MIT
#include "programs.hpp"

TEST_CASE("Rowbot goes on where Node has stopped")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "CREATE TABLE a ()");
    folder.write("2_b.sql", "CREATE TABLE b ()");
    CHECK(node(db, folder) == "0: [0_create-migrations-table.sql 1_a.sql 2_b.sql]\n");
    auto const first = db.rows("SELECT * FROM migrations ORDER BY id");
    folder.write("3_c.sql", "CREATE TABLE c ()");
    folder.write("4_d.sql", "CREATE TABLE d ()");
    CHECK(rowbot_migrate(db, folder, "up") == "0: 2 migrations applied, up to date\n");
    CHECK(recorded(db) == "0|create-migrations-table\n1|a\n2|b\n3|c\n4|d");
    CHECK(db.rows("SELECT * FROM migrations WHERE id < 3 ORDER BY id") == first);
    CHECK(exists(db, "c") + exists(db, "d") == "tt");
    CHECK(node(db, folder) == "0: []\n");
}

TEST_CASE("Node goes on where Rowbot has stopped")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "CREATE TABLE a ()");
    folder.write("2_b.sql", "-- postgres-migrations disable-transaction\nCREATE TABLE b ()");
    CHECK(rowbot_migrate(db, folder, "up") == "0: 2 migrations applied, up to date\n");
    CHECK(node(db, folder) == "0: []\n");
    folder.write("3_c.sql", "CREATE TABLE c ()");
    CHECK(node(db, folder) == "0: [3_c.sql]\n");
    CHECK(recorded(db) == "0|create-migrations-table\n1|a\n2|b\n3|c");
    CHECK(exists(db, "c") == "t");
    CHECK(rowbot_migrate(db, folder, "up") == "0: up to date\n");
}

TEST_CASE("either refuses a file that has changed since the other applied it")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "SELECT 1");
    node(db, folder);
    folder.write("2_b.sql", "SELECT 1");
    rowbot_migrate(db, folder, "up");
    folder.write("1_a.sql", "SELECT 2");
    CHECK(rowbot_migrate(db, folder, "up").starts_with("70: 1_a.sql has changed since"));
    folder.write("1_a.sql", "SELECT 1");
    folder.write("2_b.sql", "SELECT 2");
    CHECK(node(db, folder)
              .starts_with(
                  "1: Migration failed. Reason: Hashes don't match for migrations '2_b.sql'."));
}

TEST_CASE("a .js migration that Node has applied is accepted, and a new one is refused")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "CREATE TABLE a ()");
    folder.write("2_b.js", "module.exports.generateSql = () => 'CREATE TABLE b ()'");
    CHECK(node(db, folder) == "0: [0_create-migrations-table.sql 1_a.sql 2_b.js]\n");
    folder.write("3_c.sql", "CREATE TABLE c ()");
    CHECK(rowbot_migrate(db, folder, "adopt") ==
          "0: 2_b.js is applied; it cannot be compared, and Rowbot would not run it in another "
          "database: keep its SQL beside it\n"
          "public.migrations is used as it is: 2 migrations are applied, 1 are to be run\n");
    CHECK(rowbot_migrate(db, folder, "verify") ==
          "0: public.migrations: 3 files, those that are applied are unchanged\n");
    CHECK(rowbot_migrate(db, folder, "up") == "0: 1 migration applied, up to date\n");
    CHECK(node(db, folder) == "0: []\n");

    folder.write("4_d.js", "module.exports.generateSql = () => 'CREATE TABLE d ()'");
    CHECK(rowbot_migrate(db, folder, "up").starts_with("64: rowbot: 4_d.js"));
    CHECK(exists(db, "d") == "f");
    CHECK(node(db, folder) == "0: [4_d.js]\n");
    CHECK(rowbot_migrate(db, folder, "up") == "0: up to date\n");
}
