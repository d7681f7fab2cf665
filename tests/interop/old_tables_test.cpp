// SPDX-License-Identifier: MIT
#include "programs.hpp"

namespace
{

char const* const table_sql =
    "CREATE TABLE migrations (id integer PRIMARY KEY, name varchar(100) UNIQUE NOT NULL, "
    "hash varchar(40) NOT NULL, executed_at timestamp DEFAULT current_timestamp);";

char const* const hash_of_a = "48f5711cc1874edceb519b0c61e0484ba05987cc"; // 1_a.sql, select 1;\n

std::string row(int id, std::string const& name, std::string const& hash)
{
    return "INSERT INTO migrations VALUES (" + std::to_string(id) + ", '" + name + "', '" + hash +
           "');";
}

} // namespace

TEST_CASE("Rowbot goes on where versions 2, 3 and 4 have stopped, and these after it")
{
    for (std::string const package :
         {"postgres-migrations-2", "postgres-migrations-3", "postgres-migrations-4"}) {
        CAPTURE(package);
        TemporaryDatabase const db;
        MigrationsFolder const folder;
        folder.write("1_a.sql", "CREATE TABLE a ()");
        folder.write("2_b.sql", "CREATE TABLE b ()");
        CHECK(node(db, folder, package) == "0: [0_create-migrations-table.sql 1_a.sql 2_b.sql]\n");
        folder.write("3_c.sql", "CREATE TABLE c ()");
        CHECK(rowbot_migrate(db, folder, "up") == "0: 1 migration applied, up to date\n");
        CHECK(recorded(db) == "0|create-migrations-table\n1|a\n2|b\n3|c");
        CHECK(node(db, folder, package) == "0: []\n");
        folder.write("4_d.sql", "CREATE TABLE d ()");
        CHECK(node(db, folder, package) == "0: [4_d.sql]\n");
        CHECK(rowbot_migrate(db, folder, "up") == "0: up to date\n");
        CHECK(node(db, folder) == "0: []\n");
    }
}

TEST_CASE("Rowbot accepts a .js migration of version 2, which version 5 takes for a changed one")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.js", "module.exports.generateSql = () => 'CREATE TABLE a ()'");
    CHECK(node(db, folder, "postgres-migrations-2") ==
          "0: [0_create-migrations-table.sql 1_a.js]\n");
    folder.write("2_b.sql", "CREATE TABLE b ()");
    CHECK(node(db, folder).starts_with("1: Migration failed. Reason: Hashes don't match"));
    CHECK(rowbot_migrate(db, folder, "up") == "0: 1 migration applied, up to date\n");
}

// Version 1 is not in npm's registry any more: its table as it wrote it.
TEST_CASE("Rowbot, and then Node, go on where version 1 has stopped, with whole file names")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "select 1;\n");
    db.exec(table_sql +
            row(0, "0_create-migrations-table.sql", "e18db593bcde2aca2a408c4d1100f6abba2195df") +
            row(1, "1_a.sql", hash_of_a));
    folder.write("2_b.sql", "CREATE TABLE b ()");
    CHECK(rowbot_migrate(db, folder, "up") == "0: 1 migration applied, up to date\n");
    folder.write("3_c.sql", "CREATE TABLE c ()");
    CHECK(node(db, folder) == "0: [3_c.sql]\n");
    CHECK(recorded(db) == "0|0_create-migrations-table.sql\n1|1_a.sql\n2|b\n3|c");
    CHECK(rowbot_migrate(db, folder, "up") == "0: up to date\n");
}

// Nor is the fork, @mft/postgres-migrations 2.5. A run that has failed has left the row in
// migration_locks, which the fork itself would stop at.
TEST_CASE("Rowbot goes on where the fork has stopped, even in the middle of a failure")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "select 1;\n");
    db.exec(table_sql +
            row(0, "0_create-migrations-table.sql", "7105a0feedaffd38a549fae2fda91da4e40c9597") +
            row(1, "1_a.sql", hash_of_a) +
            "CREATE TABLE migration_locks (hash varchar(40) NOT NULL PRIMARY KEY);"
            "INSERT INTO migration_locks VALUES ('da39a3ee5e6b4b0d3255bfef95601890afd80709')");
    folder.write("2_b.sql", "CREATE TABLE b ()");
    CHECK(rowbot_migrate(db, folder, "adopt") ==
          "0: public.migrations is used as it is: 1 migrations are applied, 1 are to be run\n");
    CHECK(rowbot_migrate(db, folder, "up") == "0: 1 migration applied, up to date\n");
    CHECK(recorded(db) == "0|0_create-migrations-table.sql\n1|1_a.sql\n2|b");
    CHECK(db.value("SELECT count(*) FROM migration_locks") == "1");
}
