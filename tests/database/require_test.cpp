// SPDX-License-Identifier: MIT
#include "migrations_folder.hpp"

using namespace std::chrono_literals;
using rowbot::NotYetError;

namespace
{

/// A table with a column that is to be dropped once every row has the upgrade `content`.
class OldColumn
{
public:
    OldColumn()
    {
        folder.write("1_article.sql",
                     "CREATE TABLE article (id int PRIMARY KEY, old text, applied_upgrades text[] "
                     "NOT NULL DEFAULT '{}')");
        run(db, folder);
        folder.write("2_drop.sql", "-- rowbot: requires article/content\n"
                                   "ALTER TABLE article DROP COLUMN old;\n");
    }

    void insert(int id, std::string const& upgrades) const
    {
        db.exec("INSERT INTO article VALUES (" + std::to_string(id) + ", 'x', '" + upgrades + "')");
    }
    std::string columns() const
    {
        return db.value("SELECT string_agg(attname, ' ' ORDER BY attnum) FROM pg_attribute WHERE "
                        "attrelid = 'article'::regclass AND attnum > 0 AND NOT attisdropped");
    }

    TemporaryDatabase db{};
    MigrationsFolder folder{};
};

char const* const with_old = "id old applied_upgrades";
char const* const without_old = "id applied_upgrades";

/// Scans of article that `SELECT rowbot.require(…)` makes.
std::string scans(TemporaryDatabase const& db)
{
    auto const connection = db.connect();
    pqxx::work tx(*connection);
    auto const count = [&] {
        return tx
            .exec("SELECT seq_scan + coalesce(idx_scan, 0) FROM pg_stat_xact_user_tables "
                  "WHERE relname = 'article'")[0][0]
            .as<int>();
    };
    auto const before = count();
    tx.exec("SELECT rowbot.require('article/content')");
    return std::to_string(count() - before);
}

} // namespace

TEST_CASE("a migration that requires an upgrade changes nothing while a row lacks it")
{
    OldColumn const t;
    t.insert(1, "{content}");
    t.insert(2, "{}");
    CHECK(std::string(thrown_by<NotYetError>([&] { run(t.db, t.folder); }).what()) ==
          "2_drop.sql:1: upgrade article/content is not complete: rows of public.article lack it; "
          "HINT:  let the daemon finish, or see rowbot gate");
    CHECK(t.columns() == with_old);
    CHECK(recorded(t.db) == "0|create-migrations-table\n1|article");
    t.db.exec("UPDATE article SET applied_upgrades = '{other,content}'");
    CHECK(run(t.db, t.folder) == "2_drop.sql"); // and no fence was set
    CHECK(t.columns() == without_old);
}

TEST_CASE("an empty table lacks nothing, with the column applied_upgrades and without")
{
    OldColumn const t;
    t.folder.write("3_plain.sql", "ALTER TABLE article DROP COLUMN applied_upgrades");
    t.folder.write("4_again.sql", "-- rowbot: requires article/later\nSELECT 1;\n");
    CHECK(run(t.db, t.folder) == "2_drop.sql 3_plain.sql 4_again.sql");
    t.db.exec("INSERT INTO article VALUES (1)");
    t.folder.write("5_more.sql", "-- rowbot: requires article/later\nSELECT 1;\n");
    CHECK_THROWS_AS(run(t.db, t.folder), NotYetError);
}

TEST_CASE("an upgrade of a table that is not there is missing")
{
    OldColumn const t;
    t.folder.write("2_drop.sql", "-- rowbot: requires nowhere/content\nSELECT 1;\n");
    says(thrown_by<NotYetError>([&] { run(t.db, t.folder); }),
         "upgrade nowhere/content is required, and there is no table nowhere");
}

TEST_CASE("each of several required upgrades counts")
{
    OldColumn const t;
    t.insert(1, "{content}");
    t.folder.write("2_drop.sql", "-- rowbot: requires article/content, public.article/trim\n"
                                 "ALTER TABLE article DROP COLUMN old;\n");
    says(thrown_by<NotYetError>([&] { run(t.db, t.folder); }), "upgrade public.article/trim");
    t.db.exec("UPDATE article SET applied_upgrades = '{content,trim}'");
    CHECK(run(t.db, t.folder) == "2_drop.sql");
}

TEST_CASE("rowbot.require refuses a snapshot that is older than its lock, and a name of no table")
{
    OldColumn const t;
    auto const error_of = [&](std::string const& sql) -> std::string {
        try {
            t.db.exec(sql);
        } catch (pqxx::sql_error const& e) {
            return e.sqlstate();
        }
        return "none";
    };
    CHECK(error_of("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT "
                   "rowbot.require('article/content')") == "25000");
    CHECK(error_of("BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT "
                   "rowbot.require('article/content')") == "25000");
    CHECK(error_of("SELECT rowbot.require('content')") == "22023");
    CHECK(error_of("SELECT rowbot.require(NULL)") == "22023");
    CHECK(error_of("SELECT rowbot.require('nowhere/content')") == "RB001");
    CHECK(error_of("SELECT rowbot.require('article/content')") == "none");
}

TEST_CASE("a pending row that is committed while the migration waits keeps the column")
{
    OldColumn const t;
    t.insert(1, "{content}");
    auto const connection = t.db.connect();
    auto straggler = std::make_unique<pqxx::work>(*connection);
    straggler->exec("INSERT INTO article VALUES (2, 'precious', '{}')");
    Listener listener;
    listener.at_first_wait = [&] { straggler->commit(); };
    auto options = options_for(t.db, t.folder);
    options.observer = &listener;
    options.lock_timeout = 20ms;
    CHECK_THROWS_AS(rowbot::migrate(options), NotYetError);
    CHECK(listener.waits.starts_with("2_drop.sql: canceling statement due to lock timeout"));
    CHECK(t.db.rows("SELECT id, old FROM article ORDER BY id") == "1|x\n2|precious");
}

TEST_CASE("a pending row that is taken back while the migration waits is no hindrance")
{
    OldColumn const t;
    t.insert(1, "{content}");
    auto const connection = t.db.connect();
    auto straggler = std::make_unique<pqxx::work>(*connection);
    straggler->exec("INSERT INTO article VALUES (2, 'x', '{}')");
    Listener listener;
    listener.at_first_wait = [&] { straggler.reset(); };
    auto options = options_for(t.db, t.folder);
    options.observer = &listener;
    options.lock_timeout = 20ms;
    CHECK(files_of(rowbot::migrate(options)) == "2_drop.sql");
    CHECK(t.columns() == without_old);
}

TEST_CASE("rowbot.require keeps writers out until the transaction ends, and lets readers in")
{
    OldColumn const t;
    auto const connection = t.db.connect();
    pqxx::work tx(*connection);
    tx.exec("SELECT rowbot.require('article/content')");
    CHECK(t.db.value("SELECT count(*) FROM article") == "0");
    CHECK_THROWS_AS(t.db.exec("SET LOCAL lock_timeout = '20ms'; INSERT INTO article VALUES (1)"),
                    pqxx::sql_error);
    tx.abort();
    t.insert(1, "{}");
}

TEST_CASE("while rows lack the upgrade, rowbot.require asks for no lock")
{
    OldColumn const t;
    t.insert(1, "{}");
    auto const connection = t.db.connect();
    pqxx::work writer(*connection);
    writer.exec("INSERT INTO article VALUES (2)");
    try {
        t.db.exec("SET lock_timeout = '20ms'; SELECT rowbot.require('article/content')");
        FAIL("a row lacks it");
    } catch (pqxx::sql_error const& e) {
        CHECK(e.sqlstate() == "RB001");
    }
}

TEST_CASE("a validated constraint answers without a look at the rows")
{
    OldColumn const t;
    t.insert(1, "{content}");
    CHECK(scans(t.db) == "2"); // without the lock, and with it
    t.db.exec("ALTER TABLE article ADD CHECK (coalesce(applied_upgrades @> ARRAY['content'], "
              "false))");
    CHECK(scans(t.db) == "0");
    CHECK(run(t.db, t.folder) == "2_drop.sql");
}

TEST_CASE("a constraint that is not validated, or of another upgrade, answers nothing")
{
    OldColumn const t;
    t.insert(1, "{other}");
    t.db.exec("ALTER TABLE article ADD CHECK (coalesce(applied_upgrades @> ARRAY['content'], "
              "false)) NOT VALID, ADD CHECK (coalesce(applied_upgrades @> ARRAY['other'], false))");
    CHECK_THROWS_AS(run(t.db, t.folder), NotYetError);
    CHECK(t.columns() == with_old);
}

TEST_CASE("an upgrade that is retired after its proof, or cleaned, is complete")
{
    for (auto const* const state : {"'retired', now()", "'cleaned', NULL"}) {
        OldColumn const t;
        t.insert(1, "{}");
        t.db.exec("INSERT INTO rowbot.upgrade (table_name, name, state, proved_at) VALUES "
                  "('public.article', 'content', " +
                  std::string(state) + ")");
        CHECK(run(t.db, t.folder) == "2_drop.sql");
    }
    OldColumn const t;
    t.insert(1, "{}");
    t.db.exec("INSERT INTO rowbot.upgrade (table_name, name, state) VALUES ('public.article', "
              "'content', 'retired'), ('public.article', 'other', 'cleaned')");
    CHECK_THROWS_AS(run(t.db, t.folder), NotYetError);
}

TEST_CASE("rows outside a table's condition need no upgrade")
{
    OldColumn const t;
    t.insert(1, "{content}");
    t.insert(-1, "{}");
    t.db.exec("INSERT INTO rowbot.walk (table_name, display_name, condition) VALUES "
              "('public.article', 'article', 'id > 0')");
    CHECK(run(t.db, t.folder) == "2_drop.sql");
}

TEST_CASE("an assumed upgrade is not looked for")
{
    OldColumn const t;
    t.insert(1, "{}");
    auto options = options_for(t.db, t.folder);
    options.assume = {"article/content"};
    CHECK(files_of(rowbot::migrate(options)) == "2_drop.sql");
    CHECK(t.columns() == without_old);
}

TEST_CASE("a migration waits for its upgrades when it is told to")
{
    OldColumn const t;
    t.insert(1, "{}");
    Listener listener;
    listener.at_first_wait = [&] {
        CHECK(t.columns() == with_old);
        t.db.exec("UPDATE article SET applied_upgrades = '{content}'");
    };
    auto options = options_for(t.db, t.folder);
    options.observer = &listener;
    options.wait_for_upgrades = true;
    CHECK(files_of(rowbot::migrate(options)) == "2_drop.sql");
    CHECK(listener.waits.starts_with("2_drop.sql:1: upgrade article/content is not complete"));
}

TEST_CASE("what requires an upgrade is refused outside a transaction")
{
    OldColumn const t;
    t.folder.write("2_drop.sql", "-- postgres-migrations disable-transaction\n"
                                 "-- rowbot: requires article/content\n"
                                 "ALTER TABLE article DROP COLUMN old;\n");
    says(thrown_by<rowbot::ConfigError>([&] { run(t.db, t.folder); }),
         "2_drop.sql: what requires an upgrade must run in a transaction");
    CHECK(t.columns() == with_old);
}
