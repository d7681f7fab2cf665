// SPDX-License-Identifier: MIT
#include "article_tables.hpp"
#include "program.hpp"

#include <doctest/doctest.h>

using rowbot::Table;

namespace
{

/// `run --once` refuses the tables, touches nothing, and says all of these.
void refused(TemporaryDatabase const& db, std::vector<Table> tables,
             std::initializer_list<char const*> said)
{
    auto const ended = run_program(db, {"run", "--once"}, std::move(tables));
    CHECK(ended.code == 64);
    for (auto const* const text : said) {
        CAPTURE(ended.err);
        CHECK(ended.says(text));
    }
}

/// The table `article` with one upgrade that reads and writes these columns.
Table with_columns(std::string reads, std::string writes)
{
    auto table = articles_to_mark();
    table.upgrades[0].reads = std::vector{std::move(reads)};
    table.upgrades[0].writes = std::vector{std::move(writes)};
    return table;
}

Table named(std::string name)
{
    auto table = articles_to_mark();
    table.name = std::move(name);
    return table;
}

Table where(std::string condition)
{
    auto table = articles_to_mark();
    table.where = std::move(condition);
    return table;
}

} // namespace

TEST_CASE("a table that does not exist is named")
{
    TemporaryDatabase const db;
    refused(db, {named("artcle")}, {"artcle: there is no such table"});
    refused(db, {named("no_schema.article")}, {"no_schema.article: there is no such table"});
    refused(db, {named("a b")}, {"'a b' is no table name", "quoted where SQL needs it"});
    CHECK(db.value("SELECT count(*) FROM pg_class WHERE relname = 'article'") == "0");
}

TEST_CASE("a table without a key is refused with what to do about it")
{
    TemporaryDatabase const db;
    db.exec("CREATE TABLE article (id int, status text, mark text, applied_upgrades text[]);"
            "CREATE UNIQUE INDEX ON article (id)");
    refused(db, {articles_to_mark()}, {"article: the table has no primary key", "Table::key"});
    auto table = articles_to_mark();
    table.key = {"id"};
    refused(db, {table}, {"article: the columns of Table::key", "not NOT NULL"});
}

TEST_CASE("a table without applied_upgrades is refused with the command that adds it")
{
    TemporaryDatabase const db;
    db.exec("CREATE TABLE article (id int PRIMARY KEY, status text, mark text)");
    refused(db, {articles_to_mark()},
            {"article: the column applied_upgrades is missing", "rowbot prepare 'article'"});
}

TEST_CASE("applied_upgrades of another type is refused")
{
    TemporaryDatabase const db;
    db.exec("CREATE TABLE article (id int PRIMARY KEY, status text, mark text, applied_upgrades "
            "jsonb)");
    refused(db, {articles_to_mark()},
            {"article: the column applied_upgrades is of type jsonb", "text[]"});
    auto const prepared = run_program(db, {"prepare", "article"});
    CHECK(prepared.code == 64);
    CHECK(prepared.says("article: it has a column applied_upgrades of type jsonb"));
}

TEST_CASE("misspelt columns are named with their upgrade")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    refused(db, {with_columns("statsu", "mark")},
            {"article: upgrade 'mark'", "'statsu'", "correct its spelling"});
    refused(db, {with_columns("status", "makr")}, {"article: upgrade 'mark'", "'makr'"});
    CHECK(db.value("SELECT count(*) FROM article WHERE mark IS NOT NULL") == "0");
}

TEST_CASE("views and foreign tables are refused as what they are")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    db.exec("CREATE VIEW seen AS SELECT * FROM article; "
            "CREATE MATERIALIZED VIEW kept AS SELECT * FROM article; CREATE EXTENSION file_fdw;"
            "CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;"
            "CREATE FOREIGN TABLE far (id int, status text, mark text, applied_upgrades text[]) "
            "SERVER files OPTIONS (filename '/dev/null')");
    for (auto const* const name : {"seen", "kept", "far"})
        refused(db, {named(name)},
                {(std::string(name) + ": ").c_str(), "is no ordinary or partitioned table"});
    auto const prepared = run_program(db, {"prepare", "seen"});
    CHECK(prepared.code == 64);
    CHECK(prepared.says("seen: it is no ordinary or partitioned table"));
}

TEST_CASE("two spellings of one table are refused")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    refused(db, {articles_to_mark(), named("public.article")},
            {"'article'", "'public.article'", "the same table"});
    auto const tried =
        run_program(db, {"run", "--dry-run"}, {articles_to_mark(), named("\"article\"")});
    CHECK(tried.code == 64);
    CHECK(tried.says("the same table"));
}

TEST_CASE("a condition that is no SQL is refused at the start")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    refused(db, {where("staus = 'live'")},
            {"article: ", "Table::where", "staus = 'live'", "column \"staus\" does not exist"});
    refused(db, {where("status = 'live")}, {"article: ", "Table::where", "unterminated"});
    refused(db, {where("status")}, {"article: ", "Table::where", "boolean"});
    refused(db, {where("count(*) > 1")}, {"article: ", "Table::where", "aggregate"});
    refused(db, {where("true) OR (true")}, {"article: ", "Table::where", "syntax error"});
    CHECK(db.value("SELECT count(*) FROM article WHERE mark IS NOT NULL") == "0");
    auto const tried = run_program(db, {"run", "--dry-run"}, {where("status")});
    CHECK(tried.code == 64);
    CHECK(tried.says("Table::where"));
}

TEST_CASE("a name that was cleaned up cannot be registered again")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    CHECK(run_program(db, {"run", "--once"}, {articles_to_mark()}).code == 0);
    Table const cleanup{.name = "article", .cleanups = {"mark"}};
    auto const cleaned =
        run_program(db, {"run", "--once", "--cleanup-after", "0", "--lease", "1s"}, {cleanup});
    CAPTURE(cleaned.err);
    CHECK(cleaned.code == 0);
    CHECK(db.value("SELECT string_agg(applied_upgrades::text, ' ') FROM article") == "{} {} {}");
    db.exec("UPDATE article SET mark = 'the application has moved on'");
    refused(db, {articles_to_mark()},
            {"article: the upgrade name 'mark' was used, and its cleanup has begun", "a new name"});
    CHECK(db.value("SELECT DISTINCT mark FROM article") == "the application has moved on");
}

TEST_CASE("a name whose cleanup has begun cannot be registered again, even before it has ended")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    CHECK(run_program(db, {"run", "--once"}, {articles_to_mark()}).code == 0);
    db.exec("UPDATE rowbot.upgrade SET state = 'retired', cleaning_at = now()");
    refused(db, {articles_to_mark()}, {"'mark' was used, and its cleanup has begun"});
    CHECK(db.value("SELECT state FROM rowbot.upgrade") == "retired");
}

TEST_CASE("a state schema newer than the program is refused by every command")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    CHECK(run_program(db, {"run", "--once"}, {articles_to_mark()}).code == 0);
    db.exec("UPDATE rowbot.setting SET value = '4711' WHERE key = 'state_version'");
    std::vector<std::vector<std::string>> const commands{
        {"run", "--once"}, {"status"}, {"gate", "article"}, {"pause"}, {"resume"}, {"cleanup"}};
    for (auto const& command : commands) {
        auto const ended = run_program(db, command, {articles_to_mark()});
        CAPTURE(command[0]);
        CHECK(ended.code == 64);
        CHECK(ended.says("the schema rowbot has version 4711"));
    }
}

TEST_CASE("a config file's unknown setting is named with its line")
{
    TemporaryDatabase const db;
    char name[] = "/tmp/rowbot_config_XXXXXX";
    int const file = mkstemp(name);
    std::string const text = "# ours\nduty = 0.3\n\nbatch-row = 5\n";
    CHECK(write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    close(file);
    auto const ended = run_program(db, {"run", "--config", name}, {articles_to_mark()});
    unlink(name);
    CHECK(ended.code == 64);
    CHECK(ended.says(std::string(name) + ":4: batch-row: no such option"));
}

TEST_CASE("a trigger that suppresses the update is counted as a failed row")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    db.exec("CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF OLD.id = 2 THEN "
            "RETURN NULL; END IF; RETURN NEW; END';"
            "CREATE TRIGGER keep BEFORE UPDATE ON article FOR EACH ROW EXECUTE FUNCTION keep()");
    auto const tried = run_program(db, {"run", "--dry-run"}, {articles_to_mark()});
    CHECK(tried.code == 70);
    CHECK(tried.says("article 2: upgrade 'mark'"));
    auto const ended =
        run_program(db, {"run", "--once", "--log-level", "debug"}, {articles_to_mark()});
    CAPTURE(ended.err);
    CHECK(ended.code == 70);
    CHECK(ended.says("article 2: upgrade 'mark'"));
    CHECK(ended.says("a trigger suppresses it"));
    CHECK(db.rows("SELECT id, mark, applied_upgrades FROM article ORDER BY id") ==
          "1|limbo!|{mark}\n2|∅|∅\n3|dead!|{mark}");
    CHECK(db.rows("SELECT state, rows_failed, rows_pending FROM rowbot.walk") == "failing|1|1");
    CHECK(run_program(db, {"gate", "article"}).code == 3);
}

TEST_CASE("an argument that means nothing is refused before anything is touched")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    std::vector<std::vector<std::string>> const lines{{},
                                                      {"runn"},
                                                      {"run", "article"},
                                                      {"run", "--duty", "0"},
                                                      {"run", "--batch-rows", "artcle=5"},
                                                      {"run", "--batch-rows", "article/mrak=5"},
                                                      {"gate"},
                                                      {"gate", "artcle"},
                                                      {"pause", "artcle"},
                                                      {"pause", "article/mark"},
                                                      {"prepare", "artcle"},
                                                      {"status", "--confirm"}};
    for (auto const& line : lines) {
        auto const ended = run_program(db, line, {articles_to_mark()});
        CAPTURE(ended.err);
        CHECK(ended.code == 64);
        CHECK(ended.err.starts_with("rowbot: "));
    }
    CHECK(db.value("SELECT count(*) FROM article WHERE mark IS NOT NULL") == "0");
}
