// SPDX-License-Identifier: MIT
#include "article.hpp"

#include <doctest/doctest.h>

using rowbot::Json;
using rowbot::Patch;

namespace
{

std::string const state =
    "SELECT id, status, number, title, applied_upgrades FROM article ORDER BY id";

}

TEST_CASE("save stores what was read and records the upgrades")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    Articles const articles(article_table());
    for (auto& article : read_all(articles, db)) save(articles, db, article);
    CHECK(db.rows(state) == "1|dead|20|one|{fix-statuses,double-number}\n"
                            "2|live|40|two|{fix-statuses,double-number}\n"
                            "3|dead|30|three|{fix-statuses,double-number}");
}

TEST_CASE("save writes updates on top of the upgrades, again and again")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    Articles const articles(article_table());
    auto read = read_all(articles, db);
    auto& article = read[0];
    article.row().update({{"title", "first"}, {"number", 7}});
    CHECK(article.get<int>("number") == 7);
    save(articles, db, article);
    CHECK(article.row().changes().empty());
    CHECK(article.row().current().applied() ==
          std::vector<std::string>{"fix-statuses", "double-number"});
    article.row().update({{"title", "second"}});
    save(articles, db, article);
    article.row().update({{"title", nullptr}});
    save(articles, db, article);
    CHECK(db.rows("SELECT status, number, title FROM article WHERE id = 1") == "dead|7|∅");
}

TEST_CASE("save with nothing to write does nothing")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    Articles const articles(article_table());
    auto read = read_all(articles, db);
    auto const before = db.value("SELECT xmin FROM article WHERE id = 3");
    save(articles, db, read[2]);
    CHECK(db.value("SELECT xmin FROM article WHERE id = 3") == before);
    auto const connection = db.connect();
    pqxx::read_transaction tx(*connection);
    articles.save(tx, read[2]); // would fail, if it wrote
}

TEST_CASE("an upgrade that changes nothing is recorded all the same")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    Articles const articles(article_table({fix_statuses()}));
    db.exec("UPDATE article SET applied_upgrades = '{other}' WHERE id = 2");
    auto read = read_all(articles, db);
    save(articles, db, read[1]);
    CHECK(db.rows("SELECT status, applied_upgrades FROM article WHERE id = 2") ==
          "live|{other,fix-statuses}");
}

TEST_CASE("save writes no column that it was not asked to write")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    db.exec("CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN "
            "  RAISE EXCEPTION 'title was written'; END$$;"
            "CREATE TRIGGER tell BEFORE UPDATE OF title, counter ON article"
            "  FOR EACH ROW EXECUTE FUNCTION tell()");
    Articles const articles(article_table());
    auto read = read_all(articles, db);
    save(articles, db, read[0]);
    CHECK(db.value("SELECT number FROM article WHERE id = 1") == "20");
}

TEST_CASE("save needs the columns that it writes")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    Articles const articles(article_table({shout("loud", "title", "status")}));
    auto read =
        read_all(articles, db, "SELECT id, title, applied_upgrades FROM article ORDER BY id");
    CHECK(read[0].get("status") == "one!");
    CHECK(message_of<rowbot::RowError>([&] { save(articles, db, read[0]); }) ==
          "article 1: column 'status' is to be written and was not selected; add it to the SELECT");
    read = read_all(articles, db, "SELECT id, title, status, applied_upgrades FROM article");
    read[0].row().update({{"number", 5}});
    CHECK_THROWS_AS(save(articles, db, read[0]), rowbot::RowError);
    CHECK(db.value("SELECT count(*) FROM article WHERE status LIKE '%!'") == "0");
}

TEST_CASE("update refuses what save could not write")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    auto read = read_all(Articles(article_table()), db);
    auto const error = [&](Patch const& patch) {
        return message_of<rowbot::RowError>([&] { read[0].row().update(patch); });
    };
    CHECK(error({{"titel", "x"}}) ==
          "article 1: column 'titel' does not exist; check its spelling");
    CHECK(error({{"id", 5}}) ==
          "article 1: column 'id' is part of the key, which save does not change");
    CHECK(error({{"applied_upgrades", std::vector<std::string>{}}}) ==
          "article 1: column 'applied_upgrades' is Rowbot's own; leave it out");
    CHECK(error({{"status", "fine"}, {"title", std::vector{1, 2}}}) ==
          "article 1: column 'title' is to be written: a vector does not fit the type text; it "
          "fits array, json and jsonb columns");
    CHECK(read[0].get("status") == "dead"); // nothing has changed
}

TEST_CASE("a value that is too long is refused, not cut")
{
    TemporaryDatabase const db;
    db.exec("CREATE TABLE article (id int PRIMARY KEY, code varchar(3), price numeric(4,2),"
            "  applied_upgrades text[]); INSERT INTO article VALUES (1, 'abc', 1.5)");
    Articles const articles(article_table({}));
    auto read = read_all(articles, db);
    read[0].row().update({{"code", "abcd"}});
    CHECK_THROWS_AS(save(articles, db, read[0]), pqxx::sql_error);
    read[0].row().update({{"code", "xyz"}, {"price", "2.345"}});
    save(articles, db, read[0]);
    CHECK(read[0].get("price") == "2.35"); // as it was stored
    read[0].row().update({{"price", "3"}});
    save(articles, db, read[0]);
    CHECK(db.rows("SELECT code, price FROM article") == "xyz|3.00");
}

TEST_CASE("a trigger that changes the row does not make the next save conflict")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    db.exec(
        "CREATE FUNCTION change() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN "
        "  NEW.title := upper(NEW.title); RETURN NEW; END$$;"
        "CREATE TRIGGER change BEFORE UPDATE ON article FOR EACH ROW EXECUTE FUNCTION change()");
    Articles const articles(article_table());
    auto read = read_all(articles, db);
    read[0].row().update({{"title", "loud"}});
    save(articles, db, read[0]);
    CHECK(read[0].get("title") == "LOUD");
    read[0].row().update({{"title", "louder"}});
    save(articles, db, read[0]);
    CHECK(db.value("SELECT title FROM article WHERE id = 1") == "LOUDER");
}

TEST_CASE("insert writes a row as if upgraded")
{
    TemporaryDatabase const db;
    db.exec("CREATE TABLE article (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,"
            "  status text DEFAULT 'live', number int, tags text[], data jsonb,"
            "  applied_upgrades text[])");
    auto slow = shout("slow", "tags", "tags");
    slow.runs = rowbot::Runs::in_worker_only;
    Articles const articles(article_table({fix_statuses(), double_number(), slow}));
    auto const connection = db.connect();
    pqxx::work tx(*connection);
    auto first = articles.insert(tx, {{"number", 5},
                                      {"tags", std::vector<std::string>{"a b", "\"", ""}},
                                      {"data", Json::parse(R"({"a": 1.5})")}});
    CHECK(first.get<int>("id") == 1);
    CHECK(first.get<int>("number") == 5); // not doubled
    CHECK(first.get("status") == "live");
    first.row().update({{"number", 6}});
    articles.save(tx, first);
    articles.insert(tx, {{"id", 77}, {"data", rowbot::json_null}});
    articles.insert(tx, {});
    CHECK_THROWS_AS(articles.insert(tx, {{"applied_upgrades", nullptr}}), rowbot::RowError);
    CHECK_THROWS_AS(articles.insert(tx, {{"nonsense", 1}}), rowbot::RowError);
    tx.commit();
    CHECK(db.rows("SELECT * FROM article ORDER BY number, data") ==
          "1|live|6|{\"a b\",\"\\\"\",\"\"}|{\"a\": 1.5}|{fix-statuses,double-number}\n"
          "77|live|∅|∅|null|{fix-statuses,double-number}\n"
          "2|live|∅|∅|∅|{fix-statuses,double-number}");
}

TEST_CASE("an insert that a trigger suppresses is told")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    db.exec("CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
            "CREATE TRIGGER no BEFORE INSERT ON article FOR EACH ROW EXECUTE FUNCTION no()");
    Articles const articles(article_table());
    auto const connection = db.connect();
    pqxx::work tx(*connection);
    CHECK(message_of<rowbot::Error>([&] {
              articles.insert(tx, {{"id", 9}});
          }) == "article: the new row was not inserted; a trigger suppressed it");
}

TEST_CASE("a row cannot be saved through another table's repository")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    auto read = read_all(Articles(article_table()), db);
    auto other = article_table();
    other.name = "public.article";
    CHECK_THROWS_AS(save(Articles(other), db, read[0]), rowbot::ConfigError);
}
