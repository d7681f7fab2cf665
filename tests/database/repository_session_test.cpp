// SPDX-License-Identifier: MIT
#include "article.hpp"

#include <doctest/doctest.h>

#include <thread>

using rowbot::Patch;
using rowbot::Row;

namespace
{

std::string const odd_settings =
    "SET TimeZone = 'Asia/Kolkata'; SET DateStyle = 'German'; SET IntervalStyle = 'iso_8601';"
    "SET extra_float_digits = -3; SET bytea_output = 'escape'; SET client_encoding = 'LATIN1'";

std::string const show_settings =
    "SELECT concat_ws(' ', current_setting('TimeZone'), current_setting('DateStyle'),"
    "  current_setting('IntervalStyle'), current_setting('extra_float_digits'),"
    "  current_setting('bytea_output'), current_setting('client_encoding'),"
    "  current_setting('search_path'), current_setting('lc_monetary'))";

std::string settings_in(pqxx::transaction_base& tx)
{
    return tx.exec(show_settings)[0][0].c_str();
}

/// Columns whose text depends on settings, and an upgrade that reads them all.
rowbot::Table moment_table()
{
    return {.name = "moment",
            .upgrades = {{.name = "say",
                          .apply = [](Row const& row) -> Patch {
                              std::string said;
                              for (auto const* column : {"at", "took", "ratio", "raw", "word"})
                                  said += row.get<std::string>(column) + ";";
                              return {{"said", said}};
                          },
                          .reads = {"at", "took", "ratio", "raw", "word"},
                          .writes = {"said"}}}};
}

char const* const moment_sql =
    "CREATE TABLE moment (id timestamptz PRIMARY KEY, at timestamptz, took interval, ratio float8,"
    "  raw bytea, word text, said text, applied_upgrades text[]);"
    "INSERT INTO moment VALUES ('2020-02-01 12:00Z', '2020-02-01 12:00:00.000001Z',"
    "  '1 day 02:00', 0.1::float8 + 0.2::float8, '\\x00ff', 'é')";

char const* const said =
    "2020-02-01 12:00:00.000001+00;1 day 02:00:00;0.30000000000000004;\\x00ff;é;";

} // namespace

TEST_CASE("rows do not depend on the application's settings, which are put back")
{
    TemporaryDatabase const db;
    db.exec(moment_sql);
    Articles const moments(moment_table());
    auto const connection = db.connect();
    {
        pqxx::nontransaction session(*connection);
        session.exec(odd_settings);
    }
    pqxx::work tx(*connection);
    tx.exec("SET LOCAL TimeZone = 'America/Caracas'");
    auto const before = settings_in(tx);
    CHECK(before ==
          "America/Caracas German, DMY iso_8601 -3 escape LATIN1 \"$user\", public C.UTF-8");
    auto read = moments.read(tx, "SELECT * FROM moment");
    CHECK(settings_in(tx) == before);
    CHECK(read[0].get("said") == said);
    CHECK(read[0].row().key() == "2020-02-01 12:00:00+00");
    moments.save(tx, read[0]);
    CHECK(settings_in(tx) == before);
    moments.insert(tx, {{"id", "2021-02-01 00:00"}, {"word", "ñ"}});
    CHECK(settings_in(tx) == before);
    tx.commit();
    pqxx::work later(*connection);
    CHECK(settings_in(later) ==
          "Asia/Kolkata German, DMY iso_8601 -3 escape LATIN1 \"$user\", public C.UTF-8");
    CHECK(db.rows("SELECT id AT TIME ZONE 'UTC', said, word FROM moment ORDER BY id") ==
          "2020-02-01 12:00:00|" + std::string(said) + "|é\n2021-02-01 00:00:00|∅|ñ");
}

TEST_CASE("rows do not depend on settings in a nontransaction, either")
{
    TemporaryDatabase const db;
    db.exec(moment_sql);
    Articles const moments(moment_table());
    auto const connection = db.connect();
    pqxx::nontransaction tx(*connection);
    tx.exec(odd_settings);
    auto const before = settings_in(tx);
    auto read = moments.read(tx, "SELECT * FROM moment");
    CHECK(read[0].get("said") == said);
    moments.save(tx, read[0]);
    CHECK(settings_in(tx) == before);
    CHECK(db.rows("SELECT said FROM moment") == said);
}

TEST_CASE("every kind of transaction will do")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    Articles const articles(article_table());
    auto const connection = db.connect();
    std::string const one = "SELECT * FROM article WHERE id = 1";
    {
        pqxx::read_transaction tx(*connection);
        CHECK(articles.read(tx, one)[0].get<int>("number") == 20);
    }
    {
        pqxx::nontransaction tx(*connection);
        CHECK(articles.read(tx, one)[0].get<int>("number") == 20);
    }
    {
        pqxx::work tx(*connection);
        pqxx::subtransaction inner(tx);
        auto read = articles.read(inner, one);
        articles.save(inner, read[0]);
        inner.abort();
        read = articles.read(tx, one);
        CHECK(read[0].row().changes().size() == 2);
    }
    {
        pqxx::transaction<pqxx::serializable> tx(*connection);
        auto read = articles.read(tx, one);
        articles.save(tx, read[0]);
        tx.commit();
    }
    CHECK(db.value("SELECT number FROM article WHERE id = 1") == "20");
}

TEST_CASE("in a nontransaction, each call commits for itself and leaves no setting behind")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    Articles const articles(article_table());
    auto const connection = db.connect();
    pqxx::nontransaction tx(*connection);
    tx.exec(odd_settings);
    auto const before = settings_in(tx);
    auto read = articles.read(tx, "SELECT * FROM article ORDER BY id");
    articles.save(tx, read[0]);
    CHECK(db.value("SELECT number FROM article WHERE id = 1") == "20");
    articles.insert(tx, {{"id", 4}});
    CHECK(db.value("SELECT count(*) FROM article") == "4");
    CHECK_THROWS_AS(articles.read(tx, "SELECT 1/0 FROM article"), pqxx::sql_error);
    CHECK_THROWS_AS(articles.read(tx, "SELECT id FROM article"), rowbot::RowError);
    CHECK(settings_in(tx) == before);
    tx.exec("INSERT INTO article VALUES (5)"); // no transaction is open
    CHECK(db.value("SELECT count(*) FROM article") == "5");
}

TEST_CASE("a failed save in a nontransaction leaves the object as it was")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    db.exec("CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS"
            "  $$BEGIN RAISE EXCEPTION 'no'; END$$;"
            "CREATE CONSTRAINT TRIGGER no AFTER UPDATE ON article DEFERRABLE INITIALLY DEFERRED"
            "  FOR EACH ROW EXECUTE FUNCTION no()");
    Articles const articles(article_table());
    auto const connection = db.connect();
    pqxx::nontransaction tx(*connection);
    auto read = articles.read(tx, "SELECT * FROM article WHERE id = 1");
    CHECK_THROWS_AS(articles.save(tx, read[0]), pqxx::sql_error); // at COMMIT
    CHECK(read[0].row().changes().size() == 2);
    db.exec("DROP TRIGGER no ON article");
    articles.save(tx, read[0]);
    CHECK(db.value("SELECT number FROM article WHERE id = 1") == "20");
}

TEST_CASE("a transaction that was begun with SQL is not committed behind the application's back")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    Articles const articles(article_table());
    auto const connection = db.connect();
    pqxx::nontransaction tx(*connection);
    tx.exec(odd_settings);
    tx.exec("BEGIN");
    auto const before = settings_in(tx);
    auto read = articles.read(tx, "SELECT * FROM article WHERE id = 1");
    articles.save(tx, read[0]);
    CHECK(settings_in(tx) == before);
    CHECK(db.value("SELECT number FROM article WHERE id = 1") == "10");
    tx.exec("ROLLBACK");
    CHECK(db.value("SELECT number FROM article WHERE id = 1") == "10");
}

TEST_CASE("an error of ours leaves the application's transaction and its settings in order")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    Articles const articles(article_table());
    auto const connection = db.connect();
    pqxx::work tx(*connection);
    tx.exec(odd_settings);
    auto const before = settings_in(tx);
    CHECK_THROWS_AS(articles.read(tx, "SELECT id FROM article"), rowbot::RowError);
    CHECK(settings_in(tx) == before);
    auto read = articles.read(tx, "SELECT * FROM article WHERE id = 1");
    tx.exec("DELETE FROM article WHERE id = 1");
    CHECK_THROWS_AS(articles.save(tx, read[0]), rowbot::ConflictError);
    CHECK(settings_in(tx) == before);
    tx.commit();
}

TEST_CASE("a table without a schema is the one in the connection's search_path")
{
    TemporaryDatabase const db;
    db.exec("CREATE SCHEMA a; CREATE SCHEMA b; SET search_path = a; " + std::string(article_sql));
    db.exec("SET search_path = b; " + std::string(article_sql));
    Articles const articles(article_table());
    for (auto const* schema : {"a", "b"}) {
        auto const connection = db.connect();
        pqxx::work tx(*connection);
        tx.exec(std::string("SET search_path = ") + schema);
        auto read = articles.read(tx, "SELECT * FROM article WHERE id = 1");
        read[0].row().update({{"title", schema}});
        articles.save(tx, read[0]);
        tx.commit();
    }
    CHECK(db.rows("SELECT title, number FROM a.article WHERE id = 1") == "a|20");
    CHECK(db.rows("SELECT title, number FROM b.article WHERE id = 1") == "b|20");
}

TEST_CASE("types outside search_path are found")
{
    TemporaryDatabase const db;
    db.exec("CREATE SCHEMA x; CREATE TYPE x.mood AS ENUM ('limbo', 'live', 'dead');"
            "CREATE TABLE x.article (id int PRIMARY KEY, status x.mood, number int,"
            "  applied_upgrades text[]); INSERT INTO x.article VALUES (1, 'limbo', 1)");
    auto table = article_table();
    table.name = "x.article";
    Articles const articles(table);
    auto const connection = db.connect();
    std::vector<Article> read;
    {
        pqxx::work tx(*connection);
        tx.exec("SET LOCAL search_path = x"); // the type is known by its short name here
        read = articles.read(tx, "SELECT * FROM article");
    }
    save(articles, db, read[0]);
    CHECK(db.rows("SELECT * FROM x.article") == "1|dead|2|{fix-statuses,double-number}");
}

TEST_CASE("one repository serves several threads")
{
    TemporaryDatabase const db;
    db.exec("CREATE TABLE article (id int PRIMARY KEY, status text, number int, applied_upgrades "
            "text[]);"
            "INSERT INTO article SELECT i, 'limbo', i FROM generate_series(1, 40) i");
    Articles const articles(article_table());
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread)
        threads.emplace_back([&, thread] {
            auto const connection = db.connect();
            pqxx::work tx(*connection);
            for (auto& article :
                 articles.read(tx, "SELECT * FROM article WHERE id % 4 = $1", thread))
                articles.save(tx, article);
            tx.commit();
        });
    threads.clear(); // joins
    CHECK(db.value("SELECT sum(number) FROM article WHERE status = 'dead'") == "1640");
}
