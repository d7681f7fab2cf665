// SPDX-License-Identifier: MIT
#include "article.hpp"

#include <doctest/doctest.h>

using rowbot::Patch;
using rowbot::Row;

TEST_CASE("read gives every row as if upgraded, and writes nothing")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    Articles const articles(article_table());
    auto const read = read_all(articles, db);
    REQUIRE(read.size() == 3);
    CHECK(read[0].get("status") == "dead");
    CHECK(read[0].get<int>("number") == 20);
    CHECK(read[1].get("status") == "live");
    CHECK(read[1].get<int>("number") == 40);
    CHECK(read[2].get<int>("number") == 30);
    CHECK(db.rows("SELECT id, status, number, applied_upgrades FROM article ORDER BY id") ==
          "1|limbo|10|∅\n2|live|20|{fix-statuses}\n3|dead|30|{fix-statuses,double-number}");
}

TEST_CASE("changes and current tell what the upgrades made of a row")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    auto read = read_all(Articles(article_table()), db);
    using Changes = std::map<std::string, std::optional<std::string>>;
    CHECK(read[0].row().changes() == Changes{{"number", "20"}, {"status", "dead"}});
    CHECK(read[1].row().changes() == Changes{{"number", "40"}});
    CHECK(read[2].row().changes().empty());
    CHECK(read[0].row().current().applied() ==
          std::vector<std::string>{"fix-statuses", "double-number"});
    CHECK(read[0].row().key() == "1");
    CHECK(read[0].row().text("title") == "one");
    read[2].row().update({{"title", nullptr}});
    CHECK(read[2].row().changes() == Changes{{"title", std::nullopt}});
    CHECK_FALSE(read[2].row().text("title"));
}

TEST_CASE("read takes parameters of every kind")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    Articles const articles(article_table());
    auto const connection = db.connect();
    pqxx::work tx(*connection);
    auto const ids = [&](auto const& sql, auto const&... parameters) {
        std::string found;
        for (auto const& article : articles.read(tx, sql, parameters...))
            found += article.get("id");
        return found;
    };
    std::string const query = "SELECT * FROM article WHERE ";
    CHECK(ids(query + "id = $1", 2) == "2");
    CHECK(ids(query + "id = ANY($1) ORDER BY id", std::vector{1, 3, 7}) == "13");
    CHECK(ids(query + "id = ANY($1)", std::vector<long>{}) == "");
    CHECK(ids(query + "title = ANY($1)", std::vector<std::string>{"o\"n,e\\", "two"}) == "2");
    CHECK(ids(query + "title = $1", std::string("three")) == "3");
    CHECK(ids(query + "title = $1", std::string_view("three").substr(0, 5)) == "3");
    CHECK(ids(query + "title = $1 OR id = $2", "one", std::optional<int>(2)) == "12");
    CHECK(ids(query + "coalesce($1, id) = 3", std::optional<int>()) == "3");
    CHECK(ids(query + "$1 AND id = 1", true) == "1");
    CHECK(ids(query + "$1::int IS NULL AND id = 1", nullptr) == "1");
    CHECK(ids(query + "$1::float8 = 0.1 AND id = 1", 0.1) == "1");
    CHECK(ids(query + "title = 'one' -- no parameter: $1 is text here") == "1");
    CHECK_THROWS_AS(ids(query + "title = $1", std::string("o\0ne", 4)), rowbot::Error);
    CHECK(ids(query + "id = 1") == "1"); // the transaction goes on
}

TEST_CASE("a column that is missing from the query is named")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    Articles const articles(article_table());
    auto const error = [&](std::string const& sql) {
        return message_of<rowbot::RowError>([&] { read_all(articles, db, sql); });
    };
    CHECK(error("SELECT id, status, number FROM article") ==
          "article (every row): column 'applied_upgrades' was not selected; add it to the SELECT");
    CHECK(error("SELECT status, number, applied_upgrades FROM article") ==
          "article (every row): column 'id' was not selected; add it to the SELECT");
    CHECK(error("SELECT status, number, applied_upgrades FROM article WHERE false") != "");
    CHECK(error("SELECT id, status, applied_upgrades FROM article ORDER BY id") ==
          "article 1: column 'number' was not selected, and the pending upgrade 'double-number' "
          "reads it; add it to the SELECT");
    CHECK(error("SELECT id, status, applied_upgrades FROM article WHERE id = 3") == "");
    CHECK(error("SELECT a.*, b.title FROM article a, article b WHERE a.id = 1 AND b.id = 2") ==
          "article (every row): column 'title' was selected twice; give the one of another table "
          "another name (AS)");
    CHECK(error("SELECT a.* FROM article b LEFT JOIN article a ON false") ==
          "article (key unknown): column 'id' is null, and a key never is; leave rows of an outer "
          "join out");
}

TEST_CASE("an upgrade without declared reads needs every column")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    auto everything = fix_statuses();
    everything.reads = rowbot::NameList();
    Articles const articles(article_table({everything}));
    CHECK(message_of<rowbot::RowError>([&] {
              read_all(articles, db,
                       "SELECT id, status, number, counter, applied_upgrades FROM article");
          }) == "article 1: column 'title' was not selected, and the pending upgrade "
                "'fix-statuses' reads it; add it to the SELECT");
    CHECK(read_all(articles, db).size() == 3);
}

TEST_CASE("joined columns and expressions are kept, and no upgrade sees them")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    db.exec("CREATE TABLE author (id int, name text, tags text[], born date)");
    db.exec("INSERT INTO author VALUES (1, 'Ann', '{a,b}', '1970-01-02')");
    auto everything = fix_statuses();
    everything.reads = rowbot::NameList();
    everything.apply = [](Row const& row) -> Patch {
        return {{"status", row.has("name") ? "saw a joined column" : "fine"}};
    };
    Articles const articles(article_table({everything}));
    auto read =
        read_all(articles, db,
                 "SELECT article.*, name, tags, born, 6 * 7 AS answer, article.id = 1 AS first "
                 "FROM article JOIN author USING (id)");
    REQUIRE(read.size() == 1);
    CHECK(read[0].get("status") == "fine");
    CHECK(read[0].get("name") == "Ann");
    CHECK(read[0].get<std::vector<std::string>>("tags") == std::vector<std::string>{"a", "b"});
    CHECK(read[0].get("born") == "1970-01-02");
    CHECK(read[0].get<int>("answer") == 42);
    CHECK(read[0].get<bool>("first"));
    CHECK_THROWS_AS(read[0].row().update({{"name", "Bob"}}), rowbot::RowError);
    save(articles, db, read[0]);
    CHECK(read[0].get("name") == "Ann");
    CHECK(db.value("SELECT status FROM article WHERE id = 1") == "fine");
}

TEST_CASE("a failing upgrade spoils neither the page nor the columns that it cannot write")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    db.exec("UPDATE article SET status = NULL WHERE id = 1");
    Articles const articles(
        article_table({shout("loud-title", "title", "title"), fix_statuses(), double_number()}));
    auto read = read_all(articles, db);
    REQUIRE(read.size() == 3);
    CHECK(read[1].get<int>("number") == 40);
    auto& bad = read[0];
    REQUIRE(bad.row().failure() != nullptr);
    CHECK(bad.row().failure()->upgrade() == "fix-statuses");
    CHECK(bad.get("title") == "one!"); // of an upgrade before
    CHECK(bad.get<int>("id") == 1);
    CHECK(bad.get<int>("counter") == 0);
    std::string const message =
        "article 1: upgrade 'fix-statuses': column 'status' is null; text is expected "
        "(std::optional would take null)";
    using E = rowbot::UpgradeError;
    CHECK(message_of<E>([&] { bad.get("status"); }) == message);
    CHECK(message_of<E>([&] { bad.get<int>("number"); }) == message); // of an upgrade behind
    CHECK(message_of<E>([&] { bad.row().text("number"); }) == message);
    CHECK(message_of<E>([&] { bad.row().current(); }) == message);
    CHECK(message_of<E>([&] { save(articles, db, bad); }) == message);
    CHECK(db.rows("SELECT title, status, number, applied_upgrades FROM article WHERE id = 1") ==
          "one|∅|10|∅");
}

TEST_CASE("a failing upgrade without declared writes withholds every column but the key")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    auto failing = fix_statuses();
    failing.writes = rowbot::NameList();
    failing.apply = [](Row const&) -> Patch { throw std::runtime_error("broken"); };
    auto const read = read_all(Articles(article_table({failing})), db);
    CHECK(read[0].get<int>("id") == 1);
    CHECK_THROWS_AS(read[0].get("title"), rowbot::UpgradeError);
    CHECK(read[2].get("title") == "three");
}

TEST_CASE("an upgrade that runs in the worker only is left alone when reading")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    auto slow = shout("slow", "title", "title");
    slow.runs = rowbot::Runs::in_worker_only;
    Articles const articles(article_table({slow, fix_statuses(), double_number()}));
    auto read = read_all(articles, db);
    CHECK(read[0].get("title") == "one");
    CHECK(read[0].get<int>("number") == 20);
    save(articles, db, read[0]);
    CHECK(db.rows("SELECT title, number, applied_upgrades FROM article WHERE id = 1") ==
          "one|20|{fix-statuses,double-number}");
}

TEST_CASE("a generated column is refused while it does not belong to the row as upgraded")
{
    TemporaryDatabase const db;
    db.exec("CREATE TABLE article (id int PRIMARY KEY, status text, number int, applied_upgrades "
            "text[],"
            "  twice int GENERATED ALWAYS AS (number * 2) STORED);"
            "INSERT INTO article VALUES (1, 'live', 10), (2, 'live', 0)");
    Articles const articles(article_table());
    auto read = read_all(articles, db);
    CHECK(message_of<rowbot::RowError>([&] { read[0].get("twice"); }) ==
          "article 1: column 'twice' is generated from a column that has been changed since it "
          "was stored; it is known after save");
    CHECK(read[1].get<int>("twice") == 0); // doubling nothing changes nothing
    save(articles, db, read[0]);
    CHECK(read[0].get<int>("twice") == 40);
    CHECK_THROWS_AS(read[0].row().update({{"twice", 1}}), rowbot::RowError);
}

TEST_CASE("a column that appears after the first read is found")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    Articles const articles(article_table());
    read_all(articles, db);
    db.exec("ALTER TABLE article DROP counter, ADD flag bool DEFAULT true");
    auto read = read_all(articles, db);
    CHECK(read[0].get<bool>("flag"));
    read[0].row().update({{"flag", nullptr}}); // a column of the table, not just of the query
    db.exec("ALTER TABLE article ADD extra text");
    {
        auto const connection = db.connect();
        pqxx::work tx(*connection);
        auto article = articles.insert(tx, {{"id", 4}, {"extra", "new"}, {"flag", nullptr}});
        CHECK(article.get("extra") == "new");
        tx.commit();
    }
    read = read_all(articles, db);
    read[0].row().update({{"extra", "x"}, {"flag", false}});
    save(articles, db, read[0]);
    CHECK(db.rows("SELECT id, flag, extra FROM article WHERE id IN (1, 4) ORDER BY id") ==
          "1|f|x\n4|∅|new");
}

TEST_CASE("a table that does not fit is refused with the first transaction")
{
    TemporaryDatabase const db;
    auto const error = [&](rowbot::Table const& table) {
        return message_of<rowbot::ConfigError>([&] { read_all(Articles(table), db, "SELECT 1"); });
    };
    CHECK(error(article_table()) ==
          "article: there is no such table; create it first, or name its schema");
    db.exec("CREATE TABLE article (id int PRIMARY KEY, status text, number int)");
    CHECK(error(article_table()) ==
          "article: the column applied_upgrades is missing; add it with: rowbot prepare 'article'");
    db.exec("ALTER TABLE article ADD applied_upgrades text[]");
    CHECK(
        error(article_table({shout("loud", "titel", "status")})) ==
        "article: upgrade 'loud' names the column 'titel', which the table does not have; correct "
        "its spelling, or add the column first");
    CHECK_THROWS_AS(Articles(article_table({fix_statuses(), fix_statuses()})), rowbot::ConfigError);
}
