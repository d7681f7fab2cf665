// SPDX-License-Identifier: MIT
#include "article.hpp"

#include <doctest/doctest.h>

using rowbot::Json;
using rowbot::Patch;
using rowbot::Row;

namespace
{

/// Values that a careless hand would change.
char const* const zoo_sql = R"sql(
    CREATE TYPE mood AS ENUM ('sad', 'happy');
    CREATE TYPE pair AS (a int, b text);
    CREATE DOMAIN positive AS int CHECK (VALUE > 0);
    CREATE TABLE zoo (id uuid PRIMARY KEY, exact numeric, price numeric(40,2), big bigint, moment timestamptz,
                      span interval, ratio float8, small real, raw bytea, feeling mood, both_ pair, count positive,
                      stretch int4range, list text[], grid int[], doc json, docb jsonb, net inet, flag bool, code char(5),
                      page xml, place point, cash money, bits bit varying, words tsvector, nothing text, marker int,
                      applied_upgrades text[]);
    INSERT INTO zoo VALUES ('00000000-0000-0000-0000-000000000001', 12345678901234567890123456789012345678.10, 1.10,
        9223372036854775807, '2020-10-25 00:30:00.123456+00', '1 mon -1 day 00:00:00.1', '-0', '1.1754944e-38',
        '\x00ff0a', 'happy', '(1,"a ""b""")', 7, '[1,5)', ARRAY['a', NULL, 'NULL', '', E'\\"{},'],
        '[0:1][1:2]={{1,2},{3,NULL}}', '{"a" :  1.10, "a": 1e400, "n": 12345678901234567890123}', '{"x": 1.10, "y": 1e400}',
        '10.1.2.3/8', true, 'ab', '<a b="c"/>', '(0.1,1e+300)', '1.50', B'1010', 'a:1 b:2', NULL, 1, NULL))sql";

rowbot::Table zoo_table(std::vector<rowbot::Upgrade> upgrades)
{
    return {.name = "zoo", .upgrades = std::move(upgrades)};
}

rowbot::Upgrade raise_marker(rowbot::NameList reads)
{
    return {.name = "raise-marker",
            .apply = [](Row const& row) -> Patch {
                return {{"marker", row.get<int>("marker") + 1}};
            },
            .reads = std::move(reads),
            .writes = {"marker"}};
}

} // namespace

TEST_CASE("columns that no upgrade writes stay as they are, bit for bit")
{
    TemporaryDatabase const db;
    db.exec(zoo_sql);
    auto const untouched = [&] {
        return db.rows(
            "SELECT exact, price, big, moment, span, ratio, small, raw, feeling, both_, count, "
            "stretch, list, grid, doc, docb, net, flag, code, page, place, cash, bits, words, "
            "nothing FROM zoo");
    };
    auto const before = untouched();
    Articles const zoo(zoo_table({raise_marker({})})); // every column is guarded, too
    auto read = read_all(zoo, db, "SELECT * FROM zoo");
    save(zoo, db, read[0]);
    read[0].row().update({{"marker", 9}});
    save(zoo, db, read[0]);
    CHECK(untouched() == before);
    CHECK(db.rows("SELECT marker, applied_upgrades FROM zoo") == "9|{raise-marker}");
}

TEST_CASE("a value that was read can be written back as text, whatever its type")
{
    TemporaryDatabase const db;
    db.exec(zoo_sql);
    Articles const zoo(zoo_table({}));
    auto const before = db.rows("SELECT * FROM zoo");
    auto read = read_all(zoo, db, "SELECT * FROM zoo");
    Patch patch;
    for (auto const* column :
         {"exact",   "price", "big",   "moment",  "span", "ratio", "small", "raw",
          "feeling", "both_", "count", "stretch", "list", "grid",  "net",   "flag",
          "code",    "page",  "place", "cash",    "bits", "words"})
        patch.set(column, read[0].get(column));
    read[0].row().update(patch);
    save(zoo, db, read[0]);
    CHECK(db.rows("SELECT * FROM zoo") == before);
}

TEST_CASE("JSON keeps SQL NULL and JSON's null apart, and refuses numbers that would lose digits")
{
    TemporaryDatabase const db;
    db.exec("CREATE TABLE doc (id int PRIMARY KEY, a jsonb, b jsonb, applied_upgrades text[]);"
            "INSERT INTO doc (id, a) VALUES (1, 'null'), (2, NULL), (3, '{\"price\": 1.10}'),"
            "  (4, '12345678901234567890123'), (5, '[1, \"a\"]')");
    Articles const docs({.name = "doc",
                         .upgrades = {{.name = "copy",
                                       .apply = [](Row const& row) -> Patch {
                                           auto const a = row.get<std::optional<Json>>("a");
                                           if (a && a->is_null()) return {{"b", rowbot::json_null}};
                                           return {{"b", a}};
                                       },
                                       .reads = {"a"},
                                       .writes = {"b"}}}});
    auto read = read_all(docs, db, "SELECT * FROM doc ORDER BY id");
    for (std::size_t const i : {0U, 1U, 2U, 4U}) save(docs, db, read[i]);
    REQUIRE(read[3].row().failure() != nullptr);
    CHECK(std::string(read[3].row().failure()->what()).find("would lose digits") !=
          std::string::npos);
    CHECK(read[3].get("a") == "12345678901234567890123"); // as text it is whole
    CHECK(db.rows("SELECT id, a, b FROM doc ORDER BY id") ==
          "1|null|null\n2|∅|∅\n3|{\"price\": 1.10}|{\"price\": 1.1}\n"
          "4|12345678901234567890123|∅\n5|[1, \"a\"]|[1, \"a\"]");
}

TEST_CASE("odd names and composite keys work")
{
    TemporaryDatabase const db;
    db.exec(R"sql(CREATE SCHEMA "Weird Table";
        CREATE TABLE "Weird Table"."sélect" ("the key" int, "lang'uage" text, "sta""tus" text, "Group" numeric(6,2),
            applied_upgrades text[], UNIQUE ("the key"), PRIMARY KEY ("lang'uage", "the key"));
        INSERT INTO "Weird Table"."sélect" VALUES (1, 'd\e', 'limbo', 1.5), (2, 'd''e', 'limbo', 2.5))sql");
    Articles const odd({.name = "\"Weird Table\".\"sélect\"",
                        .upgrades = {shout("loud", "sta\"tus", "sta\"tus")}});
    auto read = read_all(odd, db, "SELECT * FROM \"Weird Table\".\"sélect\" ORDER BY 1");
    CHECK(read[1].row().key() == "(d'e, 2)");
    read[1].row().update({{"Group", "7"}});
    for (auto& row : read) save(odd, db, row);
    auto const connection = db.connect();
    pqxx::work tx(*connection);
    auto inserted =
        odd.insert(tx, {{"the key", 3}, {"lang'uage", "fr"}, {"sta\"tus", "new"}, {"Group", 1}});
    CHECK(inserted.get("Group") == "1.00");
    tx.commit();
    CHECK(db.rows("SELECT * FROM \"Weird Table\".\"sélect\" ORDER BY 1") ==
          "1|d\\e|limbo!|1.50|{loud}\n2|d'e|limbo!|7.00|{loud}\n3|fr|new|1.00|{loud}");
}

TEST_CASE("a unique key that is not the primary key can be named")
{
    TemporaryDatabase const db;
    db.exec("CREATE TABLE article (id int, status text, number int, slug text NOT NULL UNIQUE,"
            "  applied_upgrades text[]); INSERT INTO article VALUES (1, 'limbo', 1, 'a')");
    auto table = article_table();
    table.key = {"slug"};
    Articles const articles(table);
    auto read = read_all(articles, db);
    CHECK(read[0].row().key() == "a");
    save(articles, db, read[0]);
    CHECK(db.value("SELECT number FROM article") == "2");
}

TEST_CASE("rows of a partitioned table are saved through its root")
{
    TemporaryDatabase const db;
    db.exec("CREATE TABLE article (id int, region text, status text, number int,"
            "  applied_upgrades text[], PRIMARY KEY (region, id)) PARTITION BY LIST (region);"
            "CREATE TABLE article_eu PARTITION OF article FOR VALUES IN ('eu');"
            "CREATE TABLE article_us PARTITION OF article FOR VALUES IN ('us');"
            "INSERT INTO article VALUES (1, 'eu', 'limbo', 1), (1, 'us', 'live', 2)");
    Articles const articles(article_table());
    for (auto& article : read_all(articles, db)) save(articles, db, article);
    auto const connection = db.connect();
    pqxx::work tx(*connection);
    articles.insert(tx, {{"id", 2}, {"region", "us"}, {"number", 5}});
    tx.commit();
    CHECK(db.rows("SELECT tableoid::regclass, id, status, number FROM article ORDER BY 1, 2") ==
          "article_eu|1|dead|2\narticle_us|1|live|4\narticle_us|2|∅|5");
}

TEST_CASE("names that somebody else put into applied_upgrades are kept")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    db.exec("UPDATE article SET applied_upgrades = '[5:6]={\"odd \\\" name\",NULL}' WHERE id = 1");
    Articles const articles(article_table());
    auto read = read_all(articles, db);
    save(articles, db, read[0]);
    CHECK(db.value("SELECT applied_upgrades FROM article WHERE id = 1") ==
          "[5:8]={\"odd \\\" name\",NULL,fix-statuses,double-number}");
    db.exec("UPDATE article SET applied_upgrades = '{{a,b}}' WHERE id = 2");
    CHECK(message_of<rowbot::RowError>([&] {
              read_all(articles, db);
          }).find("article 2: column 'applied_upgrades' holds no list of names") == 0);
}
