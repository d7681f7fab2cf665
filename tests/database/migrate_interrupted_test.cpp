// SPDX-License-Identifier: MIT

// Migrations outside a transaction: what an interrupted CONCURRENTLY leaves behind, procedures that
// commit, and rollback files.

#include "run_migrate.hpp"

#include "schema/bookkeeping.hpp"

#include <future>

using namespace std::chrono_literals;
using rowbot::MigrationError;
using rowbot::schema::Begun;

namespace
{

std::string const marker = "-- postgres-migrations disable-transaction\n";

/// A database whose migration 1 is applied, and where migration 2 was begun before a crash.
class Crashed
{
public:
    explicit Crashed(std::string const& first, std::string const& second)
    {
        folder.write("1_first.sql", first);
        run(db, folder);
        folder.write("2_second.sql", marker + second);
    }

    /// Runs a statement that is interrupted while a writer has a row of `table` open.
    void interrupt(std::string const& statement, std::string const& writing) const
    {
        auto const connection = db.connect();
        pqxx::work writer(*connection);
        writer.exec(writing);
        auto const other = db.connect();
        pqxx::nontransaction session(*other);
        session.exec("SET statement_timeout = '200ms'");
        CHECK_THROWS_AS(session.exec(statement), pqxx::sql_error);
    }
    void mark_begun() const
    {
        db.exec("INSERT INTO rowbot.migration_progress (table_name, id, begun) VALUES "
                "('public.migrations', 2, true)");
    }
    std::string go_on() const { return run(db, folder); }
    /// `name|valid`, an index of `t` a line.
    std::string indexes() const
    {
        return db.rows("SELECT indexrelid::regclass, indisvalid FROM pg_index WHERE indrelid = "
                       "'t'::regclass ORDER BY 1::text");
    }

    TemporaryDatabase db{};
    MigrationsFolder folder{};
};

char const* const t_with_index = "CREATE TABLE t (x int); CREATE INDEX t_x ON t (x)";
char const* const parts = "CREATE TABLE p (x int) PARTITION BY LIST (x);"
                          "CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);"
                          "INSERT INTO p VALUES (1)";

std::string partitions(TemporaryDatabase const& db)
{
    return db.rows("SELECT inhrelid::regclass, inhdetachpending FROM pg_inherits WHERE inhparent = "
                   "'p'::regclass");
}

} // namespace

TEST_CASE("what an interrupted REINDEX INDEX CONCURRENTLY left is dropped, and it runs again")
{
    Crashed const t(t_with_index, "REINDEX INDEX CONCURRENTLY t_x");
    t.interrupt("REINDEX INDEX CONCURRENTLY t_x", "INSERT INTO t VALUES (1)");
    CHECK(t.indexes() == "t_x|t\nt_x_ccnew|f");
    t.mark_begun();
    CHECK(t.go_on() == "2_second.sql");
    CHECK(t.indexes() == "t_x|t");
}

TEST_CASE("what an interrupted REINDEX TABLE CONCURRENTLY left is dropped, and it runs again")
{
    Crashed const t(t_with_index, "REINDEX (CONCURRENTLY) TABLE public.t");
    t.interrupt("REINDEX TABLE CONCURRENTLY t", "INSERT INTO t VALUES (1)");
    CHECK(t.indexes() == "t_x|t\nt_x_ccnew|f");
    t.mark_begun();
    CHECK(t.go_on() == "2_second.sql");
    CHECK(t.indexes() == "t_x|t");
}

TEST_CASE("an invalid index that cannot be rebuilt is not dropped by REINDEX")
{
    Crashed const t("CREATE TABLE t AS SELECT 1 AS x FROM generate_series(1, 2)",
                    "REINDEX INDEX CONCURRENTLY t_x");
    CHECK_THROWS_AS(t.db.exec("CREATE UNIQUE INDEX CONCURRENTLY t_x ON t (x)"), pqxx::sql_error);
    CHECK_THROWS_AS(t.go_on(), MigrationError);
    CHECK(t.indexes() == "t_x|f");
    t.db.exec("TRUNCATE t");
    rowbot::schema::repair(options_for(t.db, t.folder), {}, Begun::unknown);
    CHECK(t.go_on() == "2_second.sql");
    CHECK(t.indexes() == "t_x|t");
}

TEST_CASE("an interrupted DROP INDEX CONCURRENTLY is run again, a finished one is not")
{
    {
        Crashed const t(t_with_index, "DROP INDEX CONCURRENTLY t_x");
        t.interrupt("DROP INDEX CONCURRENTLY t_x", "INSERT INTO t VALUES (1)");
        CHECK(t.indexes() == "t_x|f");
        t.mark_begun();
        CHECK(t.go_on() == "2_second.sql");
        CHECK(t.indexes().empty());
    }
    Crashed const t(t_with_index, "DROP INDEX CONCURRENTLY t_x");
    t.db.exec("DROP INDEX t_x");
    t.mark_begun();
    CHECK(t.go_on() == "2_second.sql");
}

TEST_CASE(
    "an interrupted DETACH PARTITION CONCURRENTLY is finished, a finished one is not repeated")
{
    auto const detach = "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY";
    {
        Crashed const t(parts, detach);
        t.interrupt(detach, "SELECT FROM p");
        CHECK(partitions(t.db) == "p1|t");
        t.mark_begun();
        CHECK(t.go_on() == "2_second.sql");
        CHECK(partitions(t.db).empty());
        CHECK(t.db.value("SELECT count(*) FROM p1") == "1");
    }
    Crashed const t(parts, detach);
    t.db.exec("ALTER TABLE p DETACH PARTITION p1");
    t.mark_begun();
    CHECK(t.go_on() == "2_second.sql");
}

TEST_CASE("a DETACH PARTITION CONCURRENTLY that failed is finished by the next run")
{
    Crashed const t(parts, "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY");
    auto const connection = t.db.connect();
    auto reader = std::make_unique<pqxx::work>(*connection);
    reader->exec("SELECT FROM p");
    auto options = options_for(t.db, t.folder);
    options.statement_timeout = 200ms;
    CHECK(thrown_by<MigrationError>([&] { rowbot::migrate(options); }).where().sqlstate == "57014");
    CHECK(partitions(t.db) == "p1|t");
    reader.reset();
    rowbot::schema::repair(options, {}, Begun::unknown);
    CHECK(t.go_on() == "2_second.sql");
    CHECK(partitions(t.db).empty());
}

TEST_CASE("what runs CONCURRENTLY waits for old transactions longer than --lock-timeout")
{
    Crashed const t("CREATE TABLE t (x int)", "CREATE INDEX CONCURRENTLY t_x ON t (x)");
    auto const connection = t.db.connect();
    auto writer = std::make_unique<pqxx::work>(*connection);
    writer->exec("INSERT INTO t VALUES (1)");
    auto options = options_for(t.db, t.folder);
    options.lock_timeout = 20ms;
    auto building = std::async(std::launch::async, [&] { return rowbot::migrate(options); });
    await("it to wait longer", [&] {
        return t.db.value("SELECT count(*) FROM pg_stat_activity WHERE datname = "
                          "current_database() AND wait_event_type = 'Lock' AND "
                          "clock_timestamp() - query_start > interval '100 ms'") == "1";
    });
    writer->commit();
    CHECK(files_of(building.get()) == "2_second.sql");
    CHECK(t.indexes() == "t_x|t");
}

TEST_CASE("CALL and DO may commit")
{
    Crashed const t("CREATE TABLE t (x int); CREATE PROCEDURE fill() LANGUAGE plpgsql AS $$ BEGIN "
                    "FOR i IN 1..3 LOOP INSERT INTO t VALUES (i); COMMIT; END LOOP; END $$",
                    "CALL fill();\nDO $$ BEGIN INSERT INTO t VALUES (4); COMMIT; END $$;\n");
    CHECK(t.go_on() == "2_second.sql");
    CHECK(t.db.value("SELECT string_agg(x::text, ' ' ORDER BY x) FROM t") == "1 2 3 4");
}

TEST_CASE("a procedure that fails after a COMMIT is not run again without an answer")
{
    Crashed const t("CREATE TABLE t (x int); CREATE PROCEDURE fill() LANGUAGE plpgsql AS $$ BEGIN "
                    "INSERT INTO t VALUES (1); COMMIT; PERFORM 1 / (count(*) - 1) FROM t; END $$",
                    "CALL fill();\n");
    auto const options = options_for(t.db, t.folder);
    CHECK(thrown_by<MigrationError>([&] { t.go_on(); }).where().sqlstate == "22012");
    rowbot::schema::repair(options, {}, Begun::unknown);
    says(thrown_by<MigrationError>([&] { t.go_on(); }),
         "2_second.sql:2: this statement was begun before, and nobody knows whether it ended");
    CHECK(t.db.value("SELECT count(*) FROM t") == "1");
    CHECK(rowbot::schema::repair(options, 2, Begun::again) ==
          std::vector<std::string>{"the last failure was forgotten: the next run begins at once",
                                   "2_second.sql: goes on at statement 1"});
    CHECK(t.go_on() == "2_second.sql");
    CHECK(t.db.value("SELECT count(*) FROM t") == "2");
}

TEST_CASE("a procedure that meets a lock after a COMMIT is not called again without an answer")
{
    Crashed const t("CREATE TABLE t (x int); CREATE PROCEDURE fill() LANGUAGE plpgsql AS $$ BEGIN "
                    "INSERT INTO t VALUES (1); COMMIT; RAISE 'in the way' USING ERRCODE = '55P03'; "
                    "END $$",
                    "CALL fill();\n");
    CHECK(thrown_by<MigrationError>([&] { t.go_on(); }).where().sqlstate == "55P03");
    CHECK(t.db.value("SELECT count(*) FROM t") == "1");
    CHECK(t.db.value("SELECT begun FROM rowbot.migration_progress") == "t");
}

TEST_CASE("what the server alone knows to run outside of transactions is run there")
{
    Crashed const t("CREATE TABLE t (x int) PARTITION BY LIST (x); CREATE TABLE t1 PARTITION OF t "
                    "FOR VALUES IN (1); CREATE INDEX ON t (x)",
                    "REINDEX TABLE t;\n");
    CHECK(t.go_on() == "2_second.sql");
}

TEST_CASE("a lock that is never free outside a transaction is no failure, and runs no rollback")
{
    Crashed const t(t_with_index, "ALTER TABLE t ADD y int;\n");
    t.folder.write("2_second.sql.rollback", "CREATE TABLE rolled_back ()");
    auto const connection = t.db.connect();
    pqxx::work reader(*connection);
    reader.exec("SELECT FROM t");
    auto options = options_for(t.db, t.folder);
    options.lock_timeout = 20ms;
    options.lock_retry = 0ms;
    says(thrown_by<rowbot::NotYetError>([&] { rowbot::migrate(options); }),
         "2_second.sql: did not get its locks within --lock-retry");
    reader.abort();
    CHECK(exists(t.db, "rolled_back") == "f");
    CHECK(t.go_on() == "2_second.sql");
}

TEST_CASE("a rollback file may drop an index concurrently, however long that waits")
{
    Crashed const t(t_with_index, "SELECT 1 / 0;\n");
    t.folder.write("2_second.sql.rollback", marker + "DROP INDEX CONCURRENTLY t_x;\n");
    auto const connection = t.db.connect();
    pqxx::work writer(*connection);
    writer.exec("INSERT INTO t VALUES (1)");
    auto options = options_for(t.db, t.folder);
    options.lock_timeout = 20ms;
    auto failed = std::async(std::launch::async, [&] {
        return thrown_by<MigrationError>([&] { rowbot::migrate(options); });
    });
    await("the rollback to wait", [&] {
        return t.db.value("SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = "
                          "'Lock' AND query LIKE 'DROP INDEX%' AND clock_timestamp() - query_start "
                          "> interval '100 ms'") == "t";
    });
    writer.commit();
    says(failed.get(), "(its rollback was run)");
    CHECK(t.indexes().empty());
}

TEST_CASE("a statement by itself that the server has refused is no question")
{
    Crashed const t("SELECT 1", "DROP DATABASE rowbot_never_there;\n");
    CHECK(thrown_by<MigrationError>([&] { t.go_on(); }).where().sqlstate == "3D000");
    t.folder.write("2_second.sql", marker + "DROP DATABASE IF EXISTS rowbot_never_there;\n");
    CHECK(t.go_on() == "2_second.sql");
}

TEST_CASE("a question runs no rollback")
{
    Crashed const t("SELECT 1", "DROP DATABASE rowbot_never_there;\n");
    t.folder.write("2_second.sql.rollback", "CREATE TABLE undone ()");
    t.mark_begun();
    says(thrown_by<MigrationError>([&] { t.go_on(); }), "repair 2 --begun done (or again)");
    CHECK(exists(t.db, "undone") == "f");
    rowbot::schema::repair(options_for(t.db, t.folder), 2, Begun::done);
    CHECK(t.go_on() == "2_second.sql");
}

TEST_CASE("a rollback file is read beside its migration, run once, and recorded")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "SELECT 1");
    folder.write("2_b.sql", "SELECT 1");
    folder.write("3_x.sql", marker + "CREATE TABLE half ();\nVACUUM nowhere;\n");
    folder.write("3_x.sql.rollback", "DROP TABLE half; CREATE TABLE undone ()");
    auto const ended = run_migrate(db, folder, {"up"});
    CHECK(ended.code == 70);
    CHECK(ended.says("3_x.sql:3:1: SQLSTATE 42P01: relation \"nowhere\" does not exist"));
    CHECK(ended.err.ends_with("\n(its rollback was run)\n"));
    CHECK(recorded(db) == "0|create-migrations-table\n1|a\n2|b");
    CHECK(exists(db, "half") + exists(db, "undone") == "ft");
    CHECK(db.value("SELECT message LIKE '%(its rollback was run)' FROM rowbot.migration_failure") ==
          "t");
    CHECK(db.value("SELECT count(*) FROM rowbot.migration_progress") == "0");
}

TEST_CASE("a rollback file is not needed in a transaction, and not run")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_x.sql", "CREATE TABLE half (); SELECT 1/0");
    folder.write("1_x.sql.rollback", "CREATE TABLE undone ()");
    CHECK_THROWS_AS(run(db, folder), MigrationError);
    CHECK(exists(db, "half") + exists(db, "undone") == "ff");
}
