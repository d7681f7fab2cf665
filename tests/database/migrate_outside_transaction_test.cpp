// SPDX-License-Identifier: MIT
#include "migrations_folder.hpp"

#include "schema/bookkeeping.hpp"

using rowbot::MigrationError;
using rowbot::schema::Begun;

namespace
{

std::string const marker = "-- postgres-migrations disable-transaction\n";

char const* const duplicates = "CREATE TABLE t AS SELECT 1 AS x FROM generate_series(1, 2)";

/// `name|valid`, an index a line.
std::string indexes(TemporaryDatabase const& db)
{
    return db.rows("SELECT indexrelid::regclass, indisvalid FROM pg_index WHERE indrelid = "
                   "'t'::regclass ORDER BY 1::text");
}

} // namespace

TEST_CASE("two CREATE INDEX CONCURRENTLY in one file both run")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_t.sql", "CREATE TABLE t (x int, y int)");
    folder.write("2_i.sql", marker + "CREATE INDEX CONCURRENTLY t_x ON t (x);\n"
                                     "CREATE INDEX CONCURRENTLY t_y ON t (y);\n");
    CHECK(run(db, folder) == "1_t.sql 2_i.sql");
    CHECK(indexes(db) == "t_x|t\nt_y|t");
    CHECK(recorded(db) == "0|create-migrations-table\n1|t\n2|i");
    CHECK(db.value("SELECT count(*) FROM rowbot.migration_progress") == "0");
}

TEST_CASE("a CREATE INDEX CONCURRENTLY that fails leaves nothing, and is built when tried again")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_t.sql", duplicates);
    folder.write("2_i.sql", marker + "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS t_x ON t (x)");
    auto const error = thrown_by<MigrationError>([&] { run(db, folder); });
    CHECK(error.where().sqlstate == "23505");
    CHECK(error.where().detail == "Key (x)=(1) is duplicated.");
    CHECK(error.where().line == 2);
    CHECK(indexes(db).empty());
    CHECK(recorded(db) == "0|create-migrations-table\n1|t");

    db.exec("DELETE FROM t WHERE ctid = (SELECT min(ctid) FROM t)");
    rowbot::schema::repair(options_for(db, folder), {}, Begun::unknown);
    CHECK(run(db, folder) == "2_i.sql");
    CHECK(indexes(db) == "t_x|t");
}

TEST_CASE("an invalid index that another program has left is built again")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    db.exec(duplicates);
    CHECK_THROWS_AS(db.exec("CREATE UNIQUE INDEX CONCURRENTLY t_x ON t (x)"),
                    pqxx::unique_violation);
    CHECK(indexes(db) == "t_x|f");
    db.exec("DELETE FROM t WHERE ctid = (SELECT min(ctid) FROM t)");
    folder.write("1_i.sql", marker + "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS t_x ON t (x)");
    CHECK(run(db, folder) == "1_i.sql");
    CHECK(indexes(db) == "t_x|t");
}

TEST_CASE("an index without a name is refused to be built concurrently")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    db.exec("CREATE TABLE t (x int)");
    folder.write("1_i.sql", marker + "CREATE INDEX CONCURRENTLY ON t (x)");
    says(thrown_by<MigrationError>([&] { run(db, folder); }), "give the index a name");
    CHECK(indexes(db).empty());
}

TEST_CASE("a file goes on at the statement that failed, once that is edited")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_x.sql", marker + "CREATE TABLE once ();\nINSERT INTO nowhere VALUES (1);\n"
                                     "CREATE TABLE last ();\n");
    auto const error = thrown_by<MigrationError>([&] { run(db, folder); });
    CHECK(error.where().line == 3);
    CHECK(error.where().sqlstate == "42P01");
    says(error, "the statements before it are done, and are not run again");
    CHECK(exists(db, "once") + exists(db, "last") == "tf");
    CHECK(recorded(db) == "0|create-migrations-table");

    folder.write("1_x.sql", marker + "CREATE TABLE once ();\nCREATE TABLE nowhere (x int);\n"
                                     "CREATE TABLE last ();\n");
    CHECK(run(db, folder) == "1_x.sql");
    CHECK(exists(db, "once") + exists(db, "nowhere") + exists(db, "last") == "ttt");
}

TEST_CASE("an edit of a statement that is done is refused until it is repaired")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_x.sql", marker + "CREATE TABLE once ();\nSELECT 1/0;\n");
    CHECK_THROWS_AS(run(db, folder), MigrationError);
    folder.write("1_x.sql", marker + "CREATE TABLE twice ();\nSELECT 1;\n");
    says(thrown_by<MigrationError>([&] { run(db, folder); }),
         "1_x.sql: its first 1 statements are done, and they were changed since");
    CHECK(exists(db, "twice") == "f");

    CHECK(rowbot::schema::repair(options_for(db, folder), 1, Begun::unknown) ==
          std::vector<std::string>{
              "the last failure was forgotten: the next run begins at once",
              "1_x.sql: begins again at its first statement, of 1 that were done"});
    CHECK(run(db, folder) == "1_x.sql");
    CHECK(exists(db, "twice") == "t");
}

TEST_CASE("a rollback file is run when its migration has failed, which then begins again")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_x.sql", marker + "CREATE TABLE half ();\nSELECT 1/0;\n");
    folder.write("1_x.sql.rollback", "DROP TABLE half; CREATE TABLE undone ()");
    auto const error = thrown_by<MigrationError>([&] { run(db, folder); });
    CHECK(error.where().sqlstate == "22012");
    says(error, "\n(its rollback was run)");
    CHECK(exists(db, "half") + exists(db, "undone") == "ft");
    folder.write("1_x.sql", marker + "CREATE TABLE half ();\nSELECT 1;\n");
    CHECK(run(db, folder) == "1_x.sql");
    CHECK(exists(db, "half") == "t");
}

TEST_CASE("a rollback that fails does not hide the first error")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_x.sql", marker + "SELECT 1/0");
    folder.write("1_x.sql.rollback", "DROP TABLE nowhere");
    auto const error = thrown_by<MigrationError>([&] { run(db, folder); });
    CHECK(error.where().sqlstate == "22012");
    says(error, "(its rollback failed too: 1_x.sql.rollback:1:1: SQLSTATE 42P01: table \"nowhere\" "
                "does not exist");
}

TEST_CASE("a statement whose end nobody knows waits for an answer")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "SELECT 1");
    run(db, folder);
    folder.write("2_x.sql", marker + "DROP DATABASE rowbot_never_there;\nCREATE TABLE last ();\n");
    db.exec("INSERT INTO rowbot.migration_progress (table_name, id, begun) VALUES "
            "('public.migrations', 2, true)"); // as a crash leaves it
    says(thrown_by<MigrationError>([&] { run(db, folder); }),
         "2_x.sql:2: this statement was begun before, and nobody knows whether it ended");
    rowbot::schema::repair(options_for(db, folder), 2, Begun::done);
    CHECK(run(db, folder) == "2_x.sql");
    CHECK(exists(db, "last") == "t");
}

TEST_CASE("a CREATE INDEX CONCURRENTLY that was done before a crash is not tried again")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_t.sql", "CREATE TABLE t (x int)");
    run(db, folder);
    db.exec("CREATE INDEX t_x ON t (x); INSERT INTO rowbot.migration_progress (table_name, id, "
            "begun) VALUES ('public.migrations', 2, true)");
    folder.write("2_i.sql", marker + "CREATE INDEX CONCURRENTLY t_x ON t (x)");
    CHECK(run(db, folder) == "2_i.sql");
    CHECK(indexes(db) == "t_x|t");
}

TEST_CASE("a marker that is not in the header counts, with a warning")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_t.sql", "CREATE TABLE t (x int);\n" + marker +
                                "CREATE INDEX CONCURRENTLY t_x ON t (x);\n");
    Listener listener;
    auto options = options_for(db, folder);
    options.observer = &listener;
    CHECK(files_of(rowbot::migrate(options)) == "1_t.sql");
    CHECK(listener.warnings == "1_t.sql: the marker disable-transaction is not in the header; if "
                               "it is there by accident, the file runs outside a transaction all "
                               "the same\n");
    CHECK(indexes(db) == "t_x|t");
}
