// SPDX-License-Identifier: MIT
#include "migrations_folder.hpp"

#include "schema/adopt.hpp"

namespace
{

char const* const hash_of_a = "48f5711cc1874edceb519b0c61e0484ba05987cc"; // 1_a.sql, select 1;\n

} // namespace

TEST_CASE("a table with whole file names as names is gone on with and adopted")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    db.exec("CREATE TABLE migrations (id integer PRIMARY KEY, name varchar(100) UNIQUE NOT NULL, "
            "hash varchar(40) NOT NULL, executed_at timestamp DEFAULT current_timestamp);"
            "INSERT INTO migrations VALUES (0, '0_create-migrations-table.sql', "
            "'e18db593bcde2aca2a408c4d1100f6abba2195df'), (1, '1_a.sql', "
            "'48f5711cc1874edceb519b0c61e0484ba05987cc')");
    folder.write("1_a.sql", "select 1;\n");
    folder.write("2_a.sql", "SELECT 1");
    auto const before = db.rows("SELECT * FROM migrations ORDER BY id");
    CHECK(rowbot::schema::adopt(options_for(db, folder), "") ==
          std::vector<std::string>{"public.migrations is used as it is: 1 migrations are applied, "
                                   "1 are to be run"});
    CHECK(db.rows("SELECT * FROM migrations ORDER BY id") == before);
    CHECK(run(db, folder) == "2_a.sql");
    CHECK(recorded(db) == "0|0_create-migrations-table.sql\n1|1_a.sql\n2|a");
}

TEST_CASE("an applied .js migration is accepted and a new one is refused")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "SELECT 1");
    folder.write("2_b.sql", "SELECT 1");
    run(db, folder);
    folder.remove("2_b.sql");
    folder.write("2_b.js", "module.exports.generateSql = () => 'SELECT 1'");
    folder.write("3_c.sql", "SELECT 1");
    CHECK(run(db, folder) == "3_c.sql");
    folder.write("4_d.js", "module.exports.generateSql = () => 'SELECT 1'");
    says(thrown_by<rowbot::ConfigError>([&] { run(db, folder); }), "4_d.js");
}

TEST_CASE("a baseline records without running")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "select 1;\n");
    folder.write("2_b.sql", "CREATE TABLE b ()");
    folder.write("3_c.sql", "CREATE TABLE c ()");
    auto const options = options_for(db, folder);
    CHECK(files_of(rowbot::schema::baseline(options, 2)) == "1_a.sql 2_b.sql");
    CHECK(recorded(db) == "0|create-migrations-table\n1|a\n2|b");
    CHECK(db.value("SELECT hash FROM migrations WHERE id = 1") == hash_of_a);
    CHECK(run(db, folder) == "3_c.sql");
    CHECK(exists(db, "b") + exists(db, "c") == "ft");
    CHECK_THROWS_AS(rowbot::schema::baseline(options, 4), rowbot::ConfigError);
}

TEST_CASE("a repair takes a changed file's hash for the applied one's")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "SELECT 1");
    run(db, folder);
    folder.write("1_a.sql", "select 1;\n");
    auto const options = options_for(db, folder);
    CHECK(rowbot::schema::repair(options, 1, rowbot::schema::Begun::unknown).size() == 1);
    CHECK(db.value("SELECT hash FROM migrations WHERE id = 1") == hash_of_a);
    CHECK(run(db, folder).empty());
    CHECK(rowbot::schema::repair(options, 1, rowbot::schema::Begun::unknown).empty());
}

TEST_CASE("the files of dbmate become a baseline and what is still to be run")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder, theirs;
    db.exec("CREATE TABLE schema_migrations (version varchar PRIMARY KEY);"
            "INSERT INTO schema_migrations VALUES ('20240101'), ('20240102')");
    for (auto const* const day : {"1", "2", "3"})
        theirs.write("2024010" + std::string(day) + "_day_" + day + ".sql",
                     "-- migrate:up\nCREATE TABLE day" + std::string(day) +
                         " ();\n-- migrate:down\nDROP TABLE day" + day + ";\n");
    rowbot::schema::adopt(options_for(db, folder), theirs.path().string());
    CHECK(recorded(db) == "0|create-migrations-table\n1|baseline");
    CHECK(folder.read("0001_baseline.sql") == "-- What dbmate had applied when Rowbot took over.\n"
                                              "\n-- day_1\nCREATE TABLE day1 ();"
                                              "\n-- day_2\nCREATE TABLE day2 ();");
    CHECK(run(db, folder) == "0002_day-3.sql");
    CHECK(exists(db, "day1") + exists(db, "day3") == "ft");
}

TEST_CASE("a baseline of dbmate's files can be run in a fresh database")
{
    TemporaryDatabase const db, fresh;
    MigrationsFolder const folder, theirs;
    db.exec("CREATE TABLE schema_migrations (version varchar PRIMARY KEY);"
            "INSERT INTO schema_migrations VALUES ('1'), ('2')");
    theirs.write("1_a.sql",
                 "-- migrate:up\nCREATE TABLE a () -- a;\n-- migrate:down\nDROP TABLE a;\n");
    theirs.write("2_b.sql", "-- migrate:up\nCREATE TABLE b ()\n-- migrate:down\nDROP TABLE b;\n");
    rowbot::schema::adopt(options_for(db, folder), theirs.path().string());
    CHECK(run(fresh, folder) == "0001_baseline.sql");
    CHECK(exists(fresh, "a") + exists(fresh, "b") == "tt");
}

TEST_CASE("the files of golang-migrate are applied up to its version")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder, theirs;
    db.exec("CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL);"
            "INSERT INTO schema_migrations VALUES (1, true)");
    theirs.write("000001_a.up.sql", "CREATE TABLE a ();\n");
    theirs.write("000001_a.down.sql", "DROP TABLE a;\n");
    theirs.write("000002_b.up.sql", "CREATE TABLE b ();\n");
    auto const adopt = [&] {
        return rowbot::schema::adopt(options_for(db, folder), theirs.path().string());
    };
    says(thrown_by<rowbot::ConfigError>(adopt), "is dirty: version 1");
    db.exec("UPDATE schema_migrations SET dirty = false");
    adopt();
    CHECK(recorded(db) == "0|create-migrations-table\n1|baseline");
    CHECK(run(db, folder) == "0002_b.sql");
}

TEST_CASE("other tools are refused by name")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    auto const adopt = [&] { return rowbot::schema::adopt(options_for(db, folder), ""); };
    says(thrown_by<rowbot::ConfigError>(adopt), "there is nothing to adopt");
    db.exec("CREATE TABLE flyway_schema_history (x int)");
    says(thrown_by<rowbot::ConfigError>(adopt), "belongs to Flyway, which Rowbot cannot convert");
}

TEST_CASE("adopting a table with a changed file changes nothing and names the file")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "SELECT 1");
    run(db, folder);
    folder.write("1_a.sql", "SELECT 2");
    says(thrown_by<rowbot::MigrationError>(
             [&] { rowbot::schema::adopt(options_for(db, folder), ""); }),
         "1_a.sql has changed since it was applied");
}
