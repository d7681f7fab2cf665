// SPDX-License-Identifier: MIT
#include "migrations_folder.hpp"

#include <rowbot/transaction.hpp>

#include <atomic>
#include <thread>

using rowbot::MigrationError;

namespace
{

char const* const hash_of_a = "48f5711cc1874edceb519b0c61e0484ba05987cc"; // 1_a.sql, select 1;\n

rowbot::MigrateOptions from_memory(TemporaryDatabase const& db,
                                   std::vector<rowbot::Migration> migrations)
{
    rowbot::MigrateOptions options;
    options.connection = db.url();
    options.migrations = std::move(migrations);
    return options;
}

} // namespace

TEST_CASE("migrations run in the order of their numbers")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_trace.sql", "CREATE TABLE trace (at serial, what int)");
    for (int i = 2; i <= 11; ++i)
        folder.write(std::to_string(i) + "_x" + std::to_string(i) + ".sql",
                     "INSERT INTO trace (what) VALUES (" + std::to_string(i) + ")");
    CHECK(run(db, folder) == "1_trace.sql 2_x2.sql 3_x3.sql 4_x4.sql 5_x5.sql 6_x6.sql 7_x7.sql "
                             "8_x8.sql 9_x9.sql 10_x10.sql 11_x11.sql");
    CHECK(db.value("SELECT string_agg(what::text, ' ' ORDER BY at) FROM trace") ==
          "2 3 4 5 6 7 8 9 10 11");
}

TEST_CASE("the migrations table is that of postgres-migrations")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "select 1;\n");
    run(db, folder);
    CHECK(db.rows("SELECT attname, format_type(atttypid, atttypmod), attnotnull, "
                  "pg_get_expr(adbin, adrelid) FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = "
                  "attrelid AND adnum = attnum WHERE attrelid = 'public.migrations'::regclass AND "
                  "attnum > 0 ORDER BY attnum") ==
          "id|integer|t|∅\n"
          "name|character varying(100)|t|∅\n"
          "hash|character varying(40)|t|∅\n"
          "executed_at|timestamp without time zone|f|CURRENT_TIMESTAMP");
    CHECK(db.rows("SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = "
                  "'public.migrations'::regclass ORDER BY 1") ==
          "migrations_name_key|UNIQUE (name)\n"
          "migrations_pkey|PRIMARY KEY (id)");
    CHECK(db.rows("SELECT id, name, hash, executed_at IS NULL FROM migrations ORDER BY id") ==
          "0|create-migrations-table|e18db593bcde2aca2a408c4d1100f6abba2195df|f\n"
          "1|a|48f5711cc1874edceb519b0c61e0484ba05987cc|f");
}

TEST_CASE("a name is stored without number, separator and suffix")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1.sql", "");
    folder.write("2file.sql", "");
    folder.write("3-2_file.sql", "");
    folder.write("4__a.sql", "");
    folder.write("0005_f.SQL", "SELECT 1");
    folder.write("README.md", "no migration");
    run(db, folder);
    CHECK(recorded(db) == "0|create-migrations-table\n1|1.sql\n2|file\n3|2_file\n4|_a\n5|f");
}

TEST_CASE("a run with nothing to do returns nothing and changes nothing")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    CHECK(run(db, folder).empty());
    CHECK(exists(db, "migrations") == "f");
    folder.write("1_a.sql", "SELECT 1");
    CHECK(run(db, folder) == "1_a.sql");
    auto const version = db.value("SELECT xmin FROM migrations WHERE id = 1");
    CHECK(run(db, folder).empty());
    CHECK(db.value("SELECT xmin FROM migrations WHERE id = 1") == version);
}

TEST_CASE("migrations before one that fails stay, and nothing of that one does")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "CREATE TABLE a ()");
    folder.write("2_b.sql", "CREATE TABLE b (); SELECT 1/0");
    folder.write("3_c.sql", "CREATE TABLE c ()");
    CHECK_THROWS_AS(run(db, folder), MigrationError);
    CHECK(recorded(db) == "0|create-migrations-table\n1|a");
    CHECK(exists(db, "a") + exists(db, "b") + exists(db, "c") == "tff");
}

TEST_CASE("an error says file, line, column, SQLSTATE and statement")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "CREATE TABLE t (id int, a text);\n"
                            "INSERT INTO t VALUES (1);\n"
                            "  INSERT INTO t (id, a, b) VALUES (2, 'x', 'y');\n");
    auto const error = thrown_by<MigrationError>([&] { run(db, folder); });
    auto const& where = error.where();
    CHECK(where.file == "1_a.sql");
    CHECK(where.line == 3);
    CHECK(where.column == 25);
    CHECK(where.sqlstate == "42703");
    CHECK(where.statement == "INSERT INTO t (id, a, b) VALUES (2, 'x', 'y')");
    CHECK(std::string(error.what()) ==
          "1_a.sql:3:25: SQLSTATE 42703: column \"b\" of relation \"t\" does not exist\n"
          "  INSERT INTO t (id, a, b) VALUES (2, 'x', 'y');\n"
          "                        ^\n"
          "(rolled back, nothing of it was kept)");
}

TEST_CASE("a constraint that speaks at COMMIT is an error of its migration")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "CREATE TABLE a (id int PRIMARY KEY, b int REFERENCES a DEFERRABLE "
                            "INITIALLY DEFERRED); INSERT INTO a VALUES (1, 2);");
    auto const error = thrown_by<MigrationError>([&] { run(db, folder); });
    CHECK(error.where().file == "1_a.sql");
    CHECK(error.where().sqlstate == "23503");
    CHECK(exists(db, "a") == "f");
    says(thrown_by<MigrationError>([&] { run(db, folder); }), "1_a.sql has failed once");
}

TEST_CASE("files are UTF-8, whatever encoding a connection asks for")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_é.sql", "CREATE TABLE a AS SELECT 'é' AS x");
    folder.write("2_b.sql", "-- postgres-migrations disable-transaction\n"
                            "CREATE TABLE b AS SELECT 'é' AS x");
    auto options = options_for(db, folder);
    options.connection += " client_encoding=LATIN1";
    rowbot::migrate(options);
    CHECK(db.rows("SELECT a.x, b.x FROM a, b") == "é|é");
    CHECK(db.value("SELECT name FROM migrations WHERE id = 1") == "é");
}

TEST_CASE("an error says detail and hint")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'P4711', "
                            "DETAIL = 'the detail', HINT = 'the hint'; END $$");
    auto const error = thrown_by<MigrationError>([&] { run(db, folder); });
    CHECK(error.where().sqlstate == "P4711");
    CHECK(error.where().detail == "the detail");
    CHECK(error.where().hint == "the hint");
    says(error, "\ndetail: the detail\nhint: the hint");
}

TEST_CASE("a changed file stops every other, and each changed one is named with both hashes")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "select 1;\n");
    folder.write("2_b.sql", "select 1;\n");
    folder.write("3_c.sql", "select 1;\n");
    run(db, folder);
    folder.write("1_a.sql", "select 1;");
    folder.write("3_c.sql", "select 3;");
    folder.write("4_d.sql", "CREATE TABLE d ()");
    auto const error = thrown_by<MigrationError>([&] { run(db, folder); });
    says(error, "1_a.sql has changed since it was applied: its hash is "
                "58344f4d6b3bcf8e1494820ccbd4f9197551a903, the applied one's " +
                    std::string(hash_of_a));
    says(error, "3_c.sql has changed");
    CHECK(std::string(error.what()).find("2_b.sql") == std::string::npos);
    CHECK(exists(db, "d") == "f");

    auto options = options_for(db, folder);
    options.check_hashes = false;
    CHECK(files_of(rowbot::migrate(options)) == "4_d.sql");
    CHECK(db.rows("SELECT table_name, what, detail FROM rowbot.event") ==
          "public.migrations|migrated without a hash check|4_d.sql");
}

TEST_CASE("a file whose line endings alone have changed is accepted with a warning")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "select 1;\n");
    run(db, folder);
    folder.write("1_a.sql", "select 1;\r\n");
    folder.write("2_b.sql", "SELECT 2");
    Listener listener;
    auto options = options_for(db, folder);
    options.observer = &listener;
    CHECK(files_of(rowbot::migrate(options)) == "2_b.sql");
    CHECK(listener.warnings == "1_a.sql: only its line endings differ from what was applied\n");
    CHECK(db.value("SELECT hash FROM migrations WHERE id = 1") == hash_of_a);
}

TEST_CASE("the marker disable-hash-check lets an applied file differ")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "select 1;\n");
    run(db, folder);
    folder.write("1_a.sql", "-- postgres-migrations disable-hash-check\nselect 2;\n");
    folder.write("2_b.sql", "SELECT 2");
    CHECK(run(db, folder) == "2_b.sql");
    CHECK(db.value("SELECT hash FROM migrations WHERE id = 1") == hash_of_a);
}

TEST_CASE("a row that is missing is named")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    for (auto const* const file : {"1_a.sql", "2_b.sql", "3_c.sql"}) folder.write(file, "SELECT 1");
    run(db, folder);
    db.exec("DELETE FROM migrations WHERE id = 2");
    says(thrown_by<MigrationError>([&] { run(db, folder); }),
         "public.migrations: row 2 is missing");
}

TEST_CASE("a database ahead of the files is a success with a warning")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "SELECT 1");
    folder.write("2_b.sql", "SELECT 1");
    run(db, folder);
    folder.remove("2_b.sql");
    Listener listener;
    auto options = options_for(db, folder);
    options.observer = &listener;
    CHECK(rowbot::migrate(options).empty());
    CHECK(listener.warnings == "public.migrations is ahead: 2 migrations are applied, and there "
                               "are only 1 files; is this an older version?\n");
}

TEST_CASE("a table migrations in another schema is no hindrance")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    db.exec("CREATE SCHEMA other; CREATE TABLE other.migrations (what text)");
    folder.write("1_a.sql", "SELECT 1");
    CHECK(run(db, folder) == "1_a.sql");
    CHECK(run(db, folder).empty());
    CHECK(db.value("SELECT count(*) FROM other.migrations") == "0");
}

TEST_CASE("a schema of its own has a migrations table of its own")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    db.exec("CREATE SCHEMA \"My Schema\"");
    folder.write("1_a.sql", "SELECT 1");
    auto options = options_for(db, folder);
    options.schema = "My Schema";
    options.table = "its migrations";
    CHECK(files_of(rowbot::migrate(options)) == "1_a.sql");
    CHECK(rowbot::migrate(options).empty());
    CHECK(db.value("SELECT count(*) FROM \"My Schema\".\"its migrations\"") == "2");
    CHECK(exists(db, "public.migrations") == "f");
}

TEST_CASE("the schema that is migrated is the first of the search path, others stay in it")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    db.exec(
        "CREATE SCHEMA tenant_a; CREATE SCHEMA tenant_b; CREATE TYPE public.color AS ENUM ('red')");
    folder.write("1_article.sql", "CREATE TABLE article (id int, color color)");
    folder.write("2_index.sql", "-- postgres-migrations disable-transaction\n"
                                "CREATE INDEX CONCURRENTLY article_id ON article (id)");
    for (auto const* tenant : {"tenant_a", "tenant_b"}) {
        auto options = options_for(db, folder);
        options.schema = tenant;
        CHECK(files_of(rowbot::migrate(options)) == "1_article.sql 2_index.sql");
    }
    CHECK(db.rows(
              "SELECT schemaname, tablename, indexname FROM pg_indexes WHERE tablename = 'article' "
              "ORDER BY 1") == "tenant_a|article|article_id\ntenant_b|article|article_id");
}

TEST_CASE("a table that the fork has created is used without a word")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "SELECT 1");
    run(db, folder);
    Listener listener;
    auto options = options_for(db, folder);
    options.observer = &listener;
    db.exec("UPDATE migrations SET hash = '7105a0feedaffd38a549fae2fda91da4e40c9597' WHERE id = 0");
    rowbot::migrate(options);
    CHECK(listener.warnings.empty());
    db.exec("UPDATE migrations SET hash = 'x' WHERE id = 0");
    rowbot::migrate(options);
    CHECK(listener.warnings == "public.migrations: row 0 was written by an unknown program\n");
}

TEST_CASE("a run goes to the migration that it is told")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    for (auto const* const file : {"1_a.sql", "2_b.sql", "3_c.sql"}) folder.write(file, "SELECT 1");
    auto options = options_for(db, folder);
    options.to = 2;
    CHECK(files_of(rowbot::migrate(options)) == "1_a.sql 2_b.sql");
    CHECK(rowbot::migrate(options).empty());
    options.to = 4;
    says(thrown_by<rowbot::ConfigError>([&] { rowbot::migrate(options); }),
         "there is no migration 4; the last one is 3");
}

TEST_CASE("what would end the transaction or stay in the session is found before anything runs")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "CREATE TABLE a ()");
    for (auto const* const text :
         {"CREATE TABLE b (); COMMIT", "SET search_path TO other", "SET ROLE postgres",
          "\\i other.sql", "COPY t FROM stdin;\n1\n\\.\n"}) {
        CAPTURE(text);
        folder.write("2_b.sql", text);
        says(thrown_by<MigrationError>([&] { run(db, folder); }), "; nothing was run");
        CHECK(exists(db, "a") == "f");
    }
}

TEST_CASE("names that are not unique or too long are refused before anything runs")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "CREATE TABLE a ()");
    folder.write("2_a.sql", "SELECT 1");
    CHECK_THROWS_AS(run(db, folder), rowbot::ConfigError);
    folder.remove("2_a.sql");
    folder.write("2_" + std::string(101, 'x') + ".sql", "SELECT 1");
    CHECK_THROWS_AS(run(db, folder), rowbot::ConfigError);
    CHECK(exists(db, "a") == "f");
}

TEST_CASE("a role and a search path that a DO block leaves behind reach nothing else")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    db.exec("CREATE SCHEMA other");
    folder.write("1_a.sql", "DO $$ BEGIN PERFORM set_config('search_path', 'other', false); "
                            "EXECUTE 'SET ROLE pg_monitor'; END $$");
    folder.write("2_b.sql", "CREATE TABLE seen AS SELECT current_user AS who, "
                            "current_setting('search_path') AS path");
    CHECK(run(db, folder) == "1_a.sql 2_b.sql");
    CHECK(recorded(db) == "0|create-migrations-table\n1|a\n2|b");
    CHECK(db.rows("SELECT who, path FROM public.seen") == "postgres|\"$user\", public");
}

TEST_CASE("migrations from memory are the same as files")
{
    TemporaryDatabase const db;
    auto const migrations =
        std::vector<rowbot::Migration>{{.file = "1_a.sql", .sql = "select 1;\n"},
                                       {.file = "2_b.sql", .up = [](rowbot::Transaction& tx) {
                                            tx.exec("CREATE TABLE b ()", {});
                                        }}};
    CHECK(files_of(rowbot::migrate(from_memory(db, migrations))) == "1_a.sql 2_b.sql");
    CHECK(recorded(db) == "0|create-migrations-table\n1|a\n2|b");
    CHECK(db.value("SELECT hash FROM migrations WHERE id = 1") == hash_of_a);
    CHECK(exists(db, "b") == "t");
    CHECK(rowbot::migrate(from_memory(db, migrations)).empty());
}

TEST_CASE("a function that throws is rolled back, and then its rollback is called")
{
    TemporaryDatabase const db;
    auto const error = thrown_by<MigrationError>([&] {
        rowbot::migrate(from_memory(
            db, {{.file = "1_a.sql",
                  .up =
                      [](rowbot::Transaction& tx) {
                          tx.exec("CREATE TABLE half ()", {});
                          throw std::runtime_error("the disk is full");
                      },
                  .rollback =
                      [](rowbot::Transaction& tx) { tx.exec("CREATE TABLE undone ()", {}); }}}));
    });
    CHECK(error.where().file == "1_a.sql");
    CHECK(std::string(error.what()) == "1_a.sql: the disk is full\n"
                                       "(rolled back, nothing of it was kept)\n"
                                       "(its rollback was run)");
    CHECK(exists(db, "half") + exists(db, "undone") == "ft");
    CHECK(recorded(db) == "0|create-migrations-table");
}

TEST_CASE("migrations come from one place")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    auto options = from_memory(db, {{.file = "1_a.sql", .sql = "SELECT 1"}});
    options.directory = folder.path().string();
    CHECK_THROWS_AS(rowbot::migrate(options), rowbot::ConfigError);
    CHECK_THROWS_AS(rowbot::migrate(from_memory(db, {})), rowbot::ConfigError);
}

TEST_CASE("one of six programs that create a database at once has created it")
{
    TemporaryDatabase const db;
    auto const name = db.name() + " \"six\"";
    std::atomic<int> created = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 6; ++i)
            threads.emplace_back([&] { created += rowbot::create_db(name, db.url()) ? 1 : 0; });
    }
    CHECK(created == 1);
    CHECK_FALSE(rowbot::create_db(name, db.url()));
    CHECK(db.value("SELECT count(*) FROM pg_database WHERE datname = '" + name + "'") == "1");
    db.exec("DROP DATABASE \"" + db.name() + " \"\"six\"\"\"");
}
