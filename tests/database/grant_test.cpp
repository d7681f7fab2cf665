// SPDX-License-Identifier: MIT
#include "article_tables.hpp"
#include "program.hpp"
#include "run_worker.hpp"
#include "temporary_role.hpp"

#include <rowbot/repository.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <regex>
#include <sstream>

using rowbot::Table;

namespace
{

// Names that end an identifier, a literal, a statement or a comment where they are not quoted.
constexpr char const* hostile = R"sql(
    CREATE SCHEMA "Sch""ema; --"; CREATE SCHEMA "of parts";
    CREATE TABLE "Sch""ema; --"."Art'icle"" :x" ("i'd""" int PRIMARY KEY, "st;atus" text, "m""ark" text,
        other text, applied_upgrades text[] NOT NULL DEFAULT '{}') PARTITION BY RANGE ("i'd""");
    CREATE TABLE "of parts"."l;ow" PARTITION OF "Sch""ema; --"."Art'icle"" :x" FOR VALUES FROM (0) TO (10);
    CREATE TABLE "of parts".high PARTITION OF "Sch""ema; --"."Art'icle"" :x" FOR VALUES FROM (10) TO (20);
    INSERT INTO "Sch""ema; --"."Art'icle"" :x" VALUES (1, 'limbo'), (11, 'live'))sql";

Table hostile_table(std::vector<std::string> const& names = {"mark", "second"})
{
    Table table{.name = R"("Sch""ema; --"."Art'icle"" :x")"};
    for (auto const& name : names)
        table.upgrades.push_back({.name = name,
                                  .apply = [](rowbot::Row const& article) -> rowbot::Patch {
                                      return {{"m\"ark", article.get<std::string>("st;atus")}};
                                  },
                                  .reads = {"st;atus"},
                                  .writes = {"m\"ark"}});
    return table;
}

/// A right, taken alone: `UPDATE ("a")` of `GRANT SELECT, UPDATE ("a", "b") ON t TO r;`.
struct Right {
    std::string right{}, rest{}; ///< rest: ` ON t TO r`.

    std::string given() const
    {
        return "GRANT " + right + " ON " + rest.substr(0, to()) + " TO " + role();
    }
    std::string taken() const
    {
        return "REVOKE " + right + " ON " + rest.substr(0, to()) + " FROM " + role();
    }

private:
    std::size_t to() const { return rest.rfind(" TO "); }
    std::string role() const { return rest.substr(to() + 4); }
};

std::vector<std::string> statements(std::string const& sql)
{
    std::vector<std::string> found;
    std::istringstream lines(sql);
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with("GRANT ")) found.push_back(line);
    return found;
}

std::vector<Right> rights(std::string const& sql)
{
    std::vector<Right> all;
    std::regex const privilege(R"re(([A-Z]+)(?: \(([^)]*)\))?(?:, )?)re");
    for (auto const& statement : statements(sql)) {
        auto const on = statement.find(" ON ");
        std::string const list = statement.substr(6, on - 6);
        auto const rest = statement.substr(on + 4, statement.size() - on - 5);
        for (std::sregex_iterator it(list.begin(), list.end(), privilege), end; it != end; ++it) {
            if (!(*it)[2].matched) {
                all.push_back({(*it)[1], rest});
                continue;
            }
            std::istringstream columns((*it)[2]);
            for (std::string column; std::getline(columns, column, ',');)
                all.push_back(
                    {(*it)[1].str() + " (" + column.substr(column.find('"')) + ")", rest});
        }
    }
    return all;
}

/// What `rowbot grant` prints.
std::string printed(TemporaryDatabase const& db, std::string const& table, std::string const& role,
                    std::string const& purpose, std::vector<Table> tables)
{
    auto const ended =
        run_program(db, {"grant", table, "--role", role, "--purpose", purpose}, std::move(tables));
    CAPTURE(ended.err);
    REQUIRE(ended.code == 0);
    return ended.out;
}

/// Pipes it into psql, as a user would.
void psql(TemporaryDatabase const& db, std::string const& sql)
{
    std::string const command = "psql -X -q -v ON_ERROR_STOP=1 -d '" + db.url() + "'";
    FILE* const pipe = popen(command.c_str(), "w");
    REQUIRE(pipe != nullptr);
    fputs(sql.c_str(), pipe);
    CHECK(pclose(pipe) == 0);
}

/// The scenario works with all of these rights, and with none of them taken away.
void check_exact(TemporaryDatabase const& db, std::string const& sql,
                 std::function<bool()> const& works)
{
    CAPTURE(sql);
    CHECK(works());
    for (auto const& right : rights(sql)) {
        CAPTURE(right.taken());
        db.exec(right.taken());
        CHECK_FALSE(works());
        db.exec(right.given());
    }
    CHECK(works());
}

void check_refused(TemporaryRole const& role, std::initializer_list<char const*> statements)
{
    for (auto const* const statement : statements) {
        CAPTURE(statement);
        pqxx::connection connection(role.url());
        pqxx::nontransaction session(connection);
        CHECK_THROWS_AS(session.exec(statement), pqxx::insufficient_privilege);
    }
}

constexpr char const* awkward_role = R"(rôle "x"; DROP y; --$'\ :r )";

} // namespace

TEST_CASE("the grants for the walk are what a walk and its cleanup need, no less and no more")
{
    TemporaryDatabase const db;
    db.exec(hostile);
    CHECK(run_program(db, {"resume"}).code == 0); // creates the state
    TemporaryRole const role(db, awkward_role);
    auto const table = hostile_table();
    auto const sql = printed(db, table.name, role.name(), "walk", {table});
    psql(db, sql);
    Table const cleanup{.name = table.name, .cleanups = {"mark", "second"}};
    check_exact(db, sql, [&] {
        db.exec(
            R"sql(UPDATE "Sch""ema; --"."Art'icle"" :x" SET "m""ark" = NULL, applied_upgrades = '{}';
            TRUNCATE rowbot.upgrade, rowbot.walk, rowbot.process, rowbot.event)sql");
        if (role.run({"run", "--once", "--duty", "1"}, {table}).code != 0) return false;
        CHECK(db.rows(R"(SELECT "m""ark", applied_upgrades FROM "Sch""ema; --"."Art'icle"" :x")") ==
              "limbo|{mark,second}\nlive|{mark,second}");
        if (role.run({"run", "--once", "--duty", "1", "--cleanup-after", "0"}, {cleanup}).code != 0)
            return false;
        return db.rows(R"(SELECT applied_upgrades FROM "Sch""ema; --"."Art'icle"" :x")") ==
               "{}\n{}";
    });
    CHECK(role.run({"run", "--dry-run"}, {table}).code == 0);
    CHECK(role.run({"status"}, {table}).code == 0);
    CHECK(role.run({"gate", table.name}, {table}).code == 3); // nothing is registered any more
    check_refused(role,
                  {R"(DELETE FROM "of parts".high)", R"(UPDATE "of parts".high SET other = '')",
                   R"(INSERT INTO "of parts".high VALUES (12))",
                   R"(UPDATE "Sch""ema; --"."Art'icle"" :x" SET "m""ark" = '')",
                   R"(TRUNCATE "of parts".high)", "DELETE FROM rowbot.upgrade",
                   "UPDATE rowbot.setting SET value = '1'", "SELECT FROM rowbot.event",
                   "DELETE FROM rowbot.control", "CREATE TABLE rowbot.mine ()",
                   "CREATE SCHEMA mine", "SELECT FROM rowbot.migration_lock"});
}

TEST_CASE("the grants for a watcher are what status and gate need, no less and no more")
{
    TemporaryDatabase const db;
    db.exec(hostile);
    auto const table = hostile_table();
    CHECK(run_program(db, {"run", "--once"}, {table}).code == 0);
    db.exec(R"(UPDATE "Sch""ema; --"."Art'icle"" :x" SET applied_upgrades = '{mark}')");
    TemporaryRole const role(db, awkward_role);
    auto const sql = printed(db, table.name, role.name(), "watch", {});
    psql(db, sql);
    check_exact(db, sql, [&] {
        auto const pending = role.run({"gate", table.name + "/second"}, {});
        return role.run({"status", "--json"}, {}).says("\"rows_pending\"") &&
               role.run({"gate", table.name + "/mark"}, {}).code == 0 && pending.code == 3 &&
               pending.says("for example: 1 11");
    });
    check_refused(role, {R"(SELECT other FROM "Sch""ema; --"."Art'icle"" :x")",
                         R"(SELECT FROM "of parts".high)",
                         R"(UPDATE "Sch""ema; --"."Art'icle"" :x" SET "m""ark" = '')",
                         "UPDATE rowbot.walk SET state = 'complete'",
                         "INSERT INTO rowbot.control VALUES ('', 'infinity')",
                         "INSERT INTO rowbot.event (table_name, what, who) VALUES ('', '', '')",
                         "DELETE FROM rowbot.event", "SELECT FROM rowbot.event"});
}

namespace
{

class Article
{
public:
    explicit Article(rowbot::EffectiveRow row) : row_(std::move(row)) {}
    std::string mark() const { return row_.get<std::string>("m\"ark"); }
    rowbot::EffectiveRow& row() { return row_; }

private:
    rowbot::EffectiveRow row_;
};

} // namespace

TEST_CASE("the grants for an application are what read, save and insert need, no less and no more")
{
    TemporaryDatabase const db;
    db.exec(R"sql(CREATE SCHEMA "Sch""ema; --"; CREATE TABLE "Sch""ema; --"."Art'icle"" :x" (
        "i'd""" serial PRIMARY KEY, "st;atus" text, "m""ark" text, other text,
        applied_upgrades text[] NOT NULL DEFAULT '{}'))sql");
    TemporaryRole const role(db, awkward_role);
    auto table = hostile_table();
    table.upgrades.push_back({.name = "of-the-worker",
                              .apply = [](rowbot::Row const&) -> rowbot::Patch { return {}; },
                              .reads = {"other"},
                              .writes = {"other"},
                              .runs = rowbot::Runs::in_worker_only});
    auto const sql = printed(db, table.name, role.name(), "read", {table});
    psql(db, sql);
    check_exact(db, sql, [&] {
        db.exec(R"sql(TRUNCATE "Sch""ema; --"."Art'icle"" :x" RESTART IDENTITY;
            INSERT INTO "Sch""ema; --"."Art'icle"" :x" ("st;atus") VALUES ('limbo'))sql");
        try {
            rowbot::Repository<Article> const articles{table};
            pqxx::connection connection(role.url());
            pqxx::work tx(connection);
            auto found = articles.read(tx, R"(SELECT * FROM "Sch""ema; --"."Art'icle"" :x")");
            CHECK(found.at(0).mark() == "limbo");
            articles.save(tx, found[0]);
            articles.insert(tx, {{"st;atus", "new"}, {"m\"ark", "mine"}});
            tx.commit();
        } catch (pqxx::insufficient_privilege const&) {
            return false;
        }
        return db.rows(R"(SELECT "m""ark" FROM "Sch""ema; --"."Art'icle"" :x" ORDER BY 1)") ==
               "limbo\nmine";
    });
    check_refused(role, {R"(UPDATE "Sch""ema; --"."Art'icle"" :x" SET other = '')",
                         R"(DELETE FROM "Sch""ema; --"."Art'icle"" :x")",
                         R"(TRUNCATE "Sch""ema; --"."Art'icle"" :x")"});
}

TEST_CASE("names with line breaks stay within their quotes")
{
    TemporaryDatabase const db;
    db.exec("CREATE TABLE \"ar\nDROP TABLE kept;\nticle\" (id int PRIMARY KEY, applied_upgrades "
            "text[]); CREATE TABLE kept ()");
    TemporaryRole const role(db, "line\nDROP TABLE kept;\n-- break");
    std::string const table = "\"ar\nDROP TABLE kept;\nticle\"";
    for (auto const* const purpose : {"walk", "read"})
        psql(db, printed(db, table, role.name(), purpose, {}));
    CHECK(db.value("SELECT to_regclass('kept') IS NOT NULL") == "t");
    CHECK(role.run({"run", "--once"}, {{.name = table}}).code == 0);
}

TEST_CASE("where the state schema is not there yet the walk may create it, and a watcher must wait")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    TemporaryRole const role(db);
    auto const sql = printed(db, "article", role.name(), "walk", {articles_to_mark()});
    CHECK(sql == "-- walk public.article, for the role " + role.name() +
                     "; for psql\nBEGIN;\nGRANT CREATE ON DATABASE \"" + db.name() + "\" TO \"" +
                     role.name() +
                     "\";\nGRANT SELECT, UPDATE (\"applied_upgrades\", \"mark\") ON "
                     "\"public\".\"article\" TO \"" +
                     role.name() + "\";\nCOMMIT;\n" + sql.substr(sql.find("-- The schema")));
    auto const ended =
        run_program(db, {"grant", "article", "--role", role.name(), "--purpose", "watch"});
    CHECK(ended.code == 64);
    CHECK(ended.says("there is no schema rowbot in this database yet"));
    CHECK(ended.out.empty());
    psql(db, sql);
    check_exact(db, sql, [&] {
        db.exec("UPDATE article SET applied_upgrades = '{}', mark = NULL; DROP SCHEMA IF EXISTS "
                "rowbot CASCADE");
        return role.run({"run", "--once"}, {articles_to_mark()}).code == 0;
    });
}

TEST_CASE("a program that does not carry the table asks for every column, and says so")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    TemporaryRole const role(db);
    for (auto const* const purpose : {"walk", "read"}) {
        auto const sql = printed(db, "article", role.name(), purpose, {});
        CHECK(sql.find("UPDATE ON \"public\".\"article\"") != std::string::npos);
        CHECK(sql.find("-- This program does not carry the table: hence UPDATE of all columns.") !=
              std::string::npos);
    }
    auto undeclared = articles_to_mark();
    undeclared.upgrades[0].writes = rowbot::NameList();
    CHECK(printed(db, "article", role.name(), "walk", {undeclared})
              .find("-- Upgrade mark does not say what it writes: hence UPDATE of all columns.") !=
          std::string::npos);
}

TEST_CASE("where an upgrade needs a migration the walk may read which are applied")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    CHECK(run_program(db, {"resume"}).code == 0);
    TemporaryRole const role(db);
    auto table = articles_to_mark({mark(), mark("later")});
    table.upgrades[1].needs_migration = 1;
    auto sql = printed(db, "article", role.name(), "walk", {table});
    CHECK(sql.find("-- Ask again after that: upgrade 'later' needs schema migration 1") !=
          std::string::npos);
    CHECK(sql.find("-- An upgrade needs a migration: as soon as there is a table migrations, ask "
                   "again.") != std::string::npos);

    db.exec("CREATE SCHEMA records; CREATE TABLE records.migrations (id int); INSERT INTO "
            "records.migrations VALUES (1); ALTER DATABASE " +
            db.name() + " SET search_path = public, records");
    sql = printed(db, "article", role.name(), "walk", {table});
    psql(db, sql);
    CHECK(role.run({"run", "--once"}, {table}).code == 0);
    for (auto const* const right : {"SELECT ON records.migrations", "USAGE ON SCHEMA records"}) {
        CAPTURE(right);
        db.exec(std::string("REVOKE ") + right + " FROM " + role.name());
        CHECK(role.run({"run", "--once", "--lock-wait", "0"}, {table}).code != 0);
        role.grant(right);
    }
}

TEST_CASE("a table with a condition is shown to a watcher as a whole")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    auto table = articles_to_mark();
    table.where = "status <> 'dead'";
    CHECK(run_program(db, {"run", "--once"}, {table}).code == 0);
    TemporaryRole const role(db);
    psql(db, printed(db, "article", role.name(), "watch", {}));
    CHECK(role.run({"gate", "article"}, {}).code == 0);
}

TEST_CASE("the worker and the commands of these tests are roles with these grants alone")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    CHECK(run_program(db, {"run", "--once"}, {articles_to_mark()}).code == 0);
    CHECK(run_program(db, {"gate", "article"}).code == 0);
    auto const who = "SELECT what, who FROM rowbot.event WHERE what <> 'resumed' ORDER BY id";
    CHECK(db.rows(who) == "complete|walker_" + db.name() + "\ngate passed|watcher_" + db.name());
    db.exec("TRUNCATE rowbot.event; UPDATE article SET applied_upgrades = NULL; UPDATE rowbot.walk "
            "SET state = 'running'");
    CHECK(run_worker(db, {articles_to_mark()}).outcome == "done");
    CHECK(db.rows(who) == "complete|walker_" + db.name());
    CHECK(db.rows("SELECT DISTINCT rolsuper, rolbypassrls, rolcreatedb FROM pg_roles WHERE rolname "
                  "LIKE '%er_" +
                  db.name() + "'") == "f|f|f");
}

TEST_CASE("grant refuses what is not there, and says what to do")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    db.exec("CREATE TABLE plain (id int PRIMARY KEY)");
    TemporaryRole const role(db);
    auto const refused = [&](std::vector<std::string> arguments, std::string const& why) {
        arguments.insert(arguments.begin(), "grant");
        auto const ended = run_program(db, arguments);
        CAPTURE(ended.err);
        CHECK(ended.code == 64);
        CHECK(ended.out.empty());
        CHECK(ended.says(why));
    };
    refused({"nothing", "--role", role.name()}, "nothing: there is no such table");
    refused({"article", "--role", "nobody\n"}, "--role: there is no role 'nobody");
    refused({"article"}, "--role is missing");
    refused({"plain", "--role", role.name()}, "run rowbot prepare first");
    refused({"article", "--role", role.name(), "--purpose", "all"}, "walk, read or watch");
}
