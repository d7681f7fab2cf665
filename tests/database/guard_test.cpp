// SPDX-License-Identifier: MIT
#include "held_upgrade.hpp"

using rowbot::Patch;
using rowbot::Row;

namespace
{

/// Not idempotent: applied twice, it shows; made from an old value, it shows that too.
rowbot::Upgrade append_source()
{
    return {.name = "append-source",
            .apply = [](Row const& row) -> Patch {
                auto const source = row.text("source");
                return {{"target", row.get<std::string>("target") + "+" +
                                       std::string(source ? *source : "NULL")}};
            },
            .reads = {"source", "target"},
            .writes = {"target"}};
}

void create(TemporaryDatabase const& db, std::string const& type = "text",
            std::string const& source = "'old'")
{
    db.exec("DROP TABLE IF EXISTS article; CREATE TABLE article (id int PRIMARY KEY, source " +
            type +
            ", target text, counter int DEFAULT 0, applied_upgrades text[]);"
            "INSERT INTO article VALUES (1, " +
            source + ", 'T', 0)");
}

/// What became of the only row, how often the guard kept the walk from writing it, and how often
/// the function was called: `target|counter|names conflicts calls`.
std::string met(TemporaryDatabase const& db, std::function<void()> const& meanwhile)
{
    auto const run = walk_and_meet(db, append_source(), meanwhile);
    CHECK(run.outcome == "done");
    return db.rows("SELECT target, counter, applied_upgrades FROM article") + " " +
           std::to_string(run.rows_conflicted) + " " + std::to_string(run.calls);
}

std::string met(TemporaryDatabase const& db, std::string const& sql)
{
    return met(db, [&] { db.exec(sql); });
}

} // namespace

TEST_CASE("what an application changes while an upgrade runs is there, and upgraded once")
{
    TemporaryDatabase const db;
    auto const changed = [&](std::string const& set) {
        create(db);
        return met(db, "UPDATE article SET " + set);
    };
    CHECK(changed("source = 'new'") == "T+new|0|{append-source} 1 2");
    CHECK(changed("source = NULL") == "T+NULL|0|{append-source} 1 2");
    CHECK(changed("source = 'old '") == "T+old |0|{append-source} 1 2");
    CHECK(changed("target = 'U'") == "U+old|0|{append-source} 1 2");
    CHECK(changed("target = 'U', source = 'new', counter = 7") == "U+new|7|{append-source} 1 2");
}

TEST_CASE("a column that the upgrade neither reads nor writes is no conflict")
{
    TemporaryDatabase const db;
    create(db);
    CHECK(met(db, "UPDATE article SET counter = counter + 1") == "T+old|1|{append-source} 0 1");
}

TEST_CASE("a value that was changed and changed back is no conflict")
{
    TemporaryDatabase const db;
    create(db);
    CHECK(met(db, [&] {
              db.exec("UPDATE article SET source = 'new', target = 'U'");
              db.exec("UPDATE article SET source = 'old', target = 'T', counter = 5");
          }) == "T+old|5|{append-source} 0 1");
}

TEST_CASE("names that somebody else records are a conflict, an empty list is none")
{
    TemporaryDatabase const db;
    auto const recorded = [&](std::string const& names, std::string const& target = "target") {
        create(db);
        return met(db, "UPDATE article SET applied_upgrades = " + names + ", target = " + target);
    };
    CHECK(recorded("'{}'") == "T+old|0|{append-source} 0 1");
    CHECK(recorded("'{other}'") == "T+old|0|{other,append-source} 1 2");
    CHECK(recorded("'{append-source}'", "target || '+old'") == "T+old|0|{append-source} 1 1");
    CHECK(recorded("'{append-source}'") == "T|0|{append-source} 1 1");
}

TEST_CASE("a row that is deleted meanwhile stays deleted")
{
    TemporaryDatabase const db;
    create(db);
    CHECK(met(db, "DELETE FROM article") == " 1 1");
}

TEST_CASE("a row that is inserted again under the same key is upgraded from its new values")
{
    TemporaryDatabase const db;
    create(db);
    CHECK(met(db, "DELETE FROM article; INSERT INTO article VALUES (1, 'new', 'U', 3)") ==
          "U+new|3|{append-source} 1 2");
    create(db);
    CHECK(met(db, "DELETE FROM article; INSERT INTO article VALUES (1, 'old', 'T', 3)") ==
          "T+old|3|{append-source} 0 1");
    create(db);
    CHECK(met(db, "DELETE FROM article; INSERT INTO article VALUES (1, 'old', 'as inserted', 3, "
                  "'{append-source}')") == "as inserted|3|{append-source} 1 1");
}

TEST_CASE("a row whose key changes meanwhile is found again")
{
    TemporaryDatabase const db;
    create(db);
    CHECK(met(db, "UPDATE article SET id = 2, target = 'U'") == "U+old|0|{append-source} 1 2");
}

TEST_CASE("a change that is rolled back while our write waits for it is no conflict")
{
    TemporaryDatabase const db;
    create(db);
    db.exec("ALTER DATABASE " + db.name() + " SET deadlock_timeout = '1h'"); // locks are waited for
    std::future<void> rolled_back;
    CHECK(met(db, [&] {
              auto connection = db.connect();
              auto theirs = std::make_unique<pqxx::work>(*connection);
              theirs->exec("UPDATE article SET source = 'new', target = 'U', counter = 1");
              rolled_back = std::async(std::launch::async, [&db, connection = std::move(connection),
                                                            theirs = std::move(theirs)]() mutable {
                  await_waiting_writer(db);
                  theirs->abort();
                  theirs.reset();
              });
          }) == "T+old|0|{append-source} 0 1");
}

TEST_CASE("a change that commits while our write waits for it is a conflict")
{
    TemporaryDatabase const db;
    create(db);
    db.exec("ALTER DATABASE " + db.name() + " SET deadlock_timeout = '1h'");
    std::future<void> committed;
    CHECK(met(db, [&] {
              auto connection = db.connect();
              auto theirs = std::make_unique<pqxx::work>(*connection);
              theirs->exec("UPDATE article SET source = 'new', counter = 1");
              committed = std::async(std::launch::async, [&db, connection = std::move(connection),
                                                          theirs = std::move(theirs)]() mutable {
                  await_waiting_writer(db);
                  theirs->commit();
                  theirs.reset();
              });
          }) == "T+new|1|{append-source} 1 2");
}

TEST_CASE("a change between texts that the column's type calls equal is a conflict")
{
    TemporaryDatabase const db;
    db.exec("CREATE EXTENSION citext; CREATE COLLATION blind (provider = icu, "
            "locale = 'und-u-ks-level2', deterministic = false)");
    for (std::string const type : {"citext", "text COLLATE blind"}) {
        CAPTURE(type);
        create(db, type, "'limbo'");
        REQUIRE(db.value("SELECT source = 'LIMBO' FROM article") == "t");
        CHECK(met(db, "UPDATE article SET source = 'LIMBO'") == "T+LIMBO|0|{append-source} 1 2");
    }
    create(db, "interval", "'24 hours'");
    CHECK(met(db, "UPDATE article SET source = '1 day'") == "T+1 day|0|{append-source} 1 2");
    create(db, "numeric", "1.10");
    CHECK(met(db, "UPDATE article SET source = 1.1") == "T+1.1|0|{append-source} 1 2");
}

TEST_CASE("values whose cast to text is not their output are compared all the same")
{
    struct Example {
        char const *type, *before, *after, *output_before, *output_after;
    };
    TemporaryDatabase const db;
    for (auto const& example : std::vector<Example>{
             {"bool", "true", "false", "t", "f"},
             {"char(5)", "'ab'", "'abc'", "ab   ", "abc  "},
             {"inet", "'10.0.0.1'", "'10.0.0.1/24'", "10.0.0.1", "10.0.0.1/24"},
             {"cidr", "'10.0.0.0/8'", "'10.0.0.0/16'", "10.0.0.0/8", "10.0.0.0/16"},
             {"xml", "'<a/>'", "'<a></a>'", "<a/>", "<a></a>"},
             {"json", "'{\"a\":1}'", "'{\"a\": 1}'", "{\"a\":1}", "{\"a\": 1}"},
             {"point", "'(1,2)'", "'(1,3)'", "(1,2)", "(1,3)"},
             {"char(5)", "NULL", "''", "NULL", "     "},
             {"bool[]", "'{t}'", "'{f}'", "{t}", "{f}"},
             {"text", "NULL", "''", "NULL", ""}}) {
        CAPTURE(example.type);
        create(db, example.type, example.before);
        CHECK(met(db, "UPDATE article SET counter = 1") ==
              std::string("T+") + example.output_before + "|1|{append-source} 0 1");
        create(db, example.type, example.before);
        CHECK(met(db, std::string("UPDATE article SET source = ") + example.after) ==
              std::string("T+") + example.output_after + "|0|{append-source} 1 2");
    }
}

TEST_CASE("values over 8 kB are compared to their last character")
{
    TemporaryDatabase const db;
    auto const changed = [&](std::string const& type, std::string const& before,
                             std::string const& after) {
        create(db, type, before);
        db.exec("ALTER TABLE article ALTER source SET STORAGE EXTERNAL");
        auto const run = walk_and_meet(db, append_source(), [&] {
            db.exec("UPDATE article SET counter = 1, source = " + after);
        });
        CHECK(run.outcome == "done");
        return db.value("SELECT (target = 'T+' || format('%s', source))::text || ' ' || "
                        "applied_upgrades::text FROM article") +
               " " + std::to_string(run.rows_conflicted) + " " + std::to_string(run.calls);
    };
    auto const large = std::string("repeat('é', 9000)");
    CHECK(changed("text", large, large) == "true {append-source} 0 1");
    CHECK(changed("text", large, "repeat('é', 8999) || 'e'") == "true {append-source} 1 2");
    CHECK(changed("text", large, "'small'") == "true {append-source} 1 2");
    auto const xml = [](std::string const& end) {
        return "('<a>' || repeat('é', 9000) || '" + end + "')::xml";
    };
    CHECK(changed("xml", xml("</a>"), xml("</a>")) == "true {append-source} 0 1");
    CHECK(changed("xml", xml("</a>"), xml("</a >")) == "true {append-source} 1 2");
    auto const array = [](std::string const& last) {
        return "array_append(array_fill('é'::text, ARRAY[9000]), '" + last + "')";
    };
    CHECK(changed("text[]", array("e"), array("e")) == "true {append-source} 0 1");
    CHECK(changed("text[]", array("e"), array("f")) == "true {append-source} 1 2");
}

TEST_CASE("a row that changes whenever it was read is upgraded under a lock")
{
    TemporaryDatabase const db;
    for (std::string const isolation : {"read committed", "repeatable read", "serializable"}) {
        CAPTURE(isolation);
        db.exec("ALTER DATABASE " + db.name() + " SET default_transaction_isolation = '" +
                isolation + "'");
        create(db);
        auto upgrade = append_source();
        std::atomic<int> calls = 0;
        upgrade.apply = [&, apply = upgrade.apply](Row const& row) {
            if (++calls <= 2) // the third time the row is locked
                db.exec("UPDATE article SET target = target || 't'");
            return apply(row, nullptr);
        };
        auto const run = run_worker(db, {{.name = "article", .upgrades = {upgrade}}});
        CHECK(run.outcome == "done");
        CHECK(calls == 3);
        CHECK(run.passes == 1);
        CHECK(db.rows("SELECT target, applied_upgrades FROM article") == "Ttt+old|{append-source}");
    }
}
