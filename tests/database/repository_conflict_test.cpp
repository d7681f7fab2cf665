// SPDX-License-Identifier: MIT
#include "article.hpp"

#include <doctest/doctest.h>

using rowbot::ConflictError;
using rowbot::Patch;
using rowbot::Row;

namespace
{

/// Reads article 1, lets somebody else run `sql`, and tells whether save then conflicts. A conflict
/// must have written nothing.
bool conflicts(TemporaryDatabase const& db, rowbot::Table const& table, std::string const& sql,
               std::string const& query = "SELECT * FROM article WHERE id = 1")
{
    Articles const articles(table);
    auto read = read_all(articles, db, query);
    REQUIRE(read.size() == 1);
    db.exec(sql);
    auto const all = "SELECT * FROM " + table.name + " ORDER BY 1";
    auto const before = db.rows(all);
    try {
        save(articles, db, read[0]);
    } catch (ConflictError const&) {
        CHECK(db.rows(all) == before);
        return true;
    }
    CHECK(db.rows(all) != before);
    return false;
}

/// An upgrade that reads `source` as text and writes `target`.
rowbot::Table source_table()
{
    return article_table({{.name = "copy",
                           .apply = [](Row const& row) -> Patch {
                               return {{"target", std::string(row.text("source").value_or("∅"))}};
                           },
                           .reads = {"source"},
                           .writes = {"target"}}});
}

/// A table whose column `source` is of this type and holds `value`, an SQL expression.
void create_with_source(TemporaryDatabase const& db, std::string const& type,
                        std::string const& value)
{
    db.exec("DROP TABLE IF EXISTS article; CREATE TABLE article (id int PRIMARY KEY, source " +
            type + ", target text, applied_upgrades text[]); INSERT INTO article VALUES (1, " +
            value + ")");
}

} // namespace

TEST_CASE("a changed source, target or name list is a conflict, an unrelated column is not")
{
    TemporaryDatabase const db;
    auto const changed = [&](std::string const& sql) {
        db.exec("DROP TABLE IF EXISTS article");
        db.exec(article_sql);
        return conflicts(db, article_table({shout("loud", "title", "status")}),
                         "UPDATE article SET " + sql + " WHERE id = 1");
    };
    CHECK(changed("title = 'uno'"));
    CHECK(changed("title = NULL"));
    CHECK(changed("status = 'live'"));
    CHECK(changed("applied_upgrades = '{loud}'"));
    CHECK(changed("applied_upgrades = '{other}'"));
    CHECK_FALSE(changed("applied_upgrades = '{}'")); // means the same as NULL
    CHECK_FALSE(changed("counter = counter + 1"));
    CHECK_FALSE(changed("number = 11"));
    CHECK_FALSE(changed("title = title"));
}

TEST_CASE("without declared reads, every changed column is a conflict")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    auto everything = fix_statuses();
    everything.reads = rowbot::NameList();
    CHECK(
        conflicts(db, article_table({everything}), "UPDATE article SET counter = 1 WHERE id = 1"));
}

TEST_CASE("a row that is gone is a conflict, and one that came back equal is not")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    CHECK(conflicts(db, article_table(), "DELETE FROM article WHERE id = 1"));
    db.exec("DROP TABLE article");
    db.exec(article_sql);
    CHECK(conflicts(db, article_table(), "UPDATE article SET id = 7 WHERE id = 1"));
    db.exec("DROP TABLE article");
    db.exec(article_sql);
    CHECK_FALSE(conflicts(db, article_table(),
                          "DELETE FROM article WHERE id = 1;"
                          "INSERT INTO article VALUES (1, 'limbo', 10, 'another title')"));
}

TEST_CASE("a conflict names table and key, and the row can be read again and saved")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    Articles const articles(article_table());
    auto read = read_all(articles, db);
    db.exec("UPDATE article SET number = 11 WHERE id = 1");
    CHECK(message_of<ConflictError>([&] { save(articles, db, read[0]); }) ==
          "article 1: changed by somebody else since it was read, nothing was written; read it "
          "again");
    read = read_all(articles, db);
    save(articles, db, read[0]);
    CHECK(db.value("SELECT number FROM article WHERE id = 1") == "22");
}

TEST_CASE("an update meets the same guard as an upgrade")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    Articles const articles(article_table());
    auto ours = read_all(articles, db);
    auto theirs = read_all(articles, db);
    ours[2].row().update({{"title", "ours"}});
    theirs[2].row().update({{"title", "theirs"}});
    save(articles, db, theirs[2]);
    CHECK_THROWS_AS(save(articles, db, ours[2]), ConflictError);
    theirs[2].row().update({{"counter", 5}});
    ours = read_all(articles, db);
    ours[2].row().update({{"title", "ours again"}});
    save(articles, db, ours[2]);
    save(articles, db, theirs[2]); // writes another column
    CHECK(db.rows("SELECT title, counter FROM article WHERE id = 3") == "ours again|5");
}

TEST_CASE("an application's write that commits while save waits is not lost")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    Articles const articles(article_table());
    auto read = read_all(articles, db);
    auto const theirs = db.connect();
    auto const ours = db.connect();
    pqxx::work writer(*theirs);
    writer.exec("UPDATE article SET number = 100 WHERE id = 1");
    pqxx::work tx(*ours);
    tx.exec("SET LOCAL lock_timeout = '50ms'");
    CHECK_THROWS_AS(articles.save(tx, read[0]), pqxx::sql_error); // waits for the row's lock
    tx.abort();
    writer.commit();
    CHECK_THROWS_AS(save(articles, db, read[0]), ConflictError);
    CHECK(db.value("SELECT number FROM article WHERE id = 1") == "100");
}

TEST_CASE("a serialization failure of the application's transaction passes through")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    Articles const articles(article_table());
    auto const connection = db.connect();
    pqxx::transaction<pqxx::repeatable_read> tx(*connection);
    auto read = articles.read(tx, "SELECT * FROM article WHERE id = 1");
    db.exec("UPDATE article SET counter = 1 WHERE id = 1");
    CHECK_THROWS_AS(articles.save(tx, read[0]), pqxx::serialization_failure);
}

TEST_CASE("types whose cast to text is not their output can be guarded")
{
    struct Example {
        std::string type, before, equal, after;
    };
    TemporaryDatabase const db;
    for (auto const& example : std::vector<Example>{
             {"bool", "true", "'yes'", "false"},
             {"char(5)", "'ab'", "'ab  '", "'abc'"},
             {"inet", "'10.0.0.1'", "'10.0.0.1/32'", "'10.0.0.1/24'"},
             {"cidr", "'10.0.0.0/8'", "'10/8'", "'10.0.0.0/16'"},
             {"xml", "'<a/>'", "'<a/>'", "'<a></a>'"},
             {"json", "'{\"a\": 1}'", "'{\"a\": 1}'", "'{\"a\":1}'"},
             {"point", "'(1,2)'", "'1,2'", "'(1,3)'"},
             {"box", "'(1,1),(0,0)'", "'(0,0),(1,1)'", "'(2,0.5),(0,0)'"},
             {"interval", "'1 day'", "'1 day'", "'24 hours'"},
             {"numeric", "1.0", "'1.0'", "1.00"},
             {"timestamptz", "'2020-01-01 00:00Z'", "'2020-01-01 01:00+01'", "'infinity'"},
             {"float8", "0.1", "'1e-1'", "0.1 + 1e-17::float8 * 10"},
             {"float8", "0", "'0'", "'-0'"},
             {"bytea", "'\\x00ff'", "'\\000\\377'", "''"},
             {"money", "'1.50'", "1.5", "2"},
             {"int[]", "'{1,NULL}'", "'{1, null}'", "'[0:1]={1,NULL}'"},
             {"bool[]", "'{t}'", "'{true}'", "'{f}'"},
             {"text", "NULL", "NULL", "''"},
             {"char(5)", "NULL", "NULL", "''"},
             {"text", "'NULL'", "'NULL'", "NULL"},
             {"char(5)", "'NULL'", "'NULL'", "NULL"},
             {"text", "E'a\\\\b''c'", "E'a\\\\b''c'", "'a'"}}) {
        CAPTURE(example.type);
        CAPTURE(example.before);
        create_with_source(db, example.type, example.before);
        CHECK_FALSE(conflicts(db, source_table(), "UPDATE article SET source = " + example.equal));
        create_with_source(db, example.type, example.before);
        CHECK(conflicts(db, source_table(), "UPDATE article SET source = " + example.after));
    }
}

TEST_CASE("a change between texts that a collation calls equal is a conflict")
{
    TemporaryDatabase const db;
    db.exec("CREATE COLLATION blind (provider = icu, locale = 'und-u-ks-level2',"
            "  deterministic = false)");
    create_with_source(db, "text COLLATE blind", "'limbo'");
    CHECK(db.value("SELECT source = 'LIMBO' FROM article") == "t");
    CHECK(conflicts(db, source_table(), "UPDATE article SET source = 'LIMBO'"));
    db.exec("CREATE EXTENSION citext");
    create_with_source(db, "citext", "'limbo'");
    CHECK(conflicts(db, source_table(), "UPDATE article SET source = 'LIMBO'"));
}

TEST_CASE("a key that a collation calls equal still finds its row")
{
    TemporaryDatabase const db;
    db.exec(
        "CREATE EXTENSION citext; CREATE TABLE article (id citext PRIMARY KEY, status text,"
        "  number int, applied_upgrades text[]); INSERT INTO article VALUES ('Ab', 'limbo', 1)");
    Articles const articles(article_table());
    auto read = read_all(articles, db);
    save(articles, db, read[0]);
    CHECK(db.rows("SELECT * FROM article") == "Ab|dead|2|{fix-statuses,double-number}");
}
