// SPDX-License-Identifier: MIT
#include "article_tables.hpp"
#include "private_server.hpp"
#include "roles.hpp"
#include "temporary_role.hpp"

#include <doctest/doctest.h>

using rowbot::Table;

namespace
{

/// With the table of the other tests.
class Clerk : public TemporaryRole
{
public:
    using TemporaryRole::TemporaryRole;

    Ended run(std::vector<std::string> arguments,
              std::vector<Table> tables = {articles_to_mark()}) const
    {
        return TemporaryRole::run(std::move(arguments), std::move(tables));
    }
};

/// Rights on the state schema, as the manual says.
void grant_state(TemporaryDatabase const& db, TemporaryRole const& role)
{
    CHECK(run_program(db, {"resume"}).code == 0); // creates the schema
    role.grant("USAGE ON SCHEMA rowbot");
    role.grant("SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA rowbot");
}

std::string marks(TemporaryDatabase const& db)
{
    return db.rows("SELECT id, mark FROM article ORDER BY id");
}

char const* const no_marks = "1|∅\n2|∅\n3|∅";

} // namespace

TEST_CASE("a role that may not create the state schema is told so")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    Clerk const role(db);
    role.grant("SELECT, UPDATE ON article");
    auto const ended = role.run({"run", "--once"});
    CAPTURE(ended.err);
    CHECK(ended.code == 64);
    CHECK(ended.says("the schema rowbot cannot be created"));
    CHECK(ended.says("permission denied for database"));
    CHECK(marks(db) == no_marks);
}

TEST_CASE("a role without rights on the state schema is told which to grant")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    Clerk const role(db);
    role.grant("SELECT, UPDATE ON article");
    CHECK(run_program(db, {"resume"}).code == 0);
    for (auto const& command :
         {std::vector<std::string>{"run", "--once"}, {"status"}, {"gate", "article"}}) {
        auto const ended = role.run(command);
        CAPTURE(ended.err);
        CHECK(ended.code == 64);
        CHECK(ended.says(
            "the state of Rowbot cannot be read: permission denied for schema rowbot; grant"));
    }
}

TEST_CASE("a role without UPDATE is told what to grant, and that is enough")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    Clerk const role(db);
    grant_state(db, role);
    auto ended = role.run({"run", "--once"});
    CAPTURE(ended.err);
    CHECK(ended.code == 64);
    CHECK(ended.says("run: GRANT SELECT ON public.article TO " + role.name()));
    role.grant("SELECT ON article");

    ended = role.run({"run", "--once"});
    CHECK(ended.code == 64);
    CHECK(ended.says("run: GRANT UPDATE (applied_upgrades, mark) ON public.article TO " +
                     role.name()));
    CHECK(role.run({"run", "--dry-run"}).code == 64);
    CHECK(marks(db) == no_marks);
    role.grant("UPDATE (applied_upgrades, mark) ON article");

    ended = role.run({"run", "--once"});
    CAPTURE(ended.err);
    CHECK(ended.code == 0);
    CHECK(role.run({"gate", "article"}).code == 0);
    CHECK(marks(db) == "1|limbo!\n2|live!\n3|dead!");

    // Enough too where rows have to be passed by.
    db.exec("UPDATE article SET applied_upgrades = NULL");
    auto const connection = db.connect();
    pqxx::work theirs(*connection);
    theirs.exec("SELECT FROM article WHERE id = 2 FOR UPDATE");
    ended = role.run({"run", "--once", "--lock-wait", "0"});
    CAPTURE(ended.err);
    CHECK(ended.code == 3);
    CHECK(
        db.value("SELECT string_agg(id::text, ' ') FROM article WHERE applied_upgrades IS NULL") ==
        "2");
}

TEST_CASE("a schema that a role may not use is named")
{
    TemporaryDatabase const db;
    db.exec("CREATE SCHEMA hidden; CREATE TABLE hidden.article (id int)");
    Clerk const role(db);
    grant_state(db, role);
    auto const ended =
        role.run({"run", "--once"}, {{.name = "hidden.article", .upgrades = {mark()}}});
    CAPTURE(ended.err);
    CHECK(ended.code == 64);
    CHECK(
        ended.says("hidden.article: it cannot be looked up: permission denied for schema hidden"));
}

TEST_CASE("the partitions of a table need rights of their own")
{
    TemporaryDatabase const db;
    db.exec("CREATE TABLE article (id int PRIMARY KEY, status text, mark text, applied_upgrades "
            "text[]) "
            "PARTITION BY RANGE (id); CREATE TABLE low PARTITION OF article FOR VALUES FROM (0) TO "
            "(10);"
            "INSERT INTO article VALUES (1, 'live')");
    Clerk const role(db);
    grant_state(db, role);
    role.grant("SELECT, UPDATE ON article");
    auto ended = role.run({"run", "--once"});
    CAPTURE(ended.err);
    CHECK(ended.code == 64);
    CHECK(ended.says("run: GRANT SELECT ON public.low TO"));
    role.grant("SELECT, UPDATE ON low");
    CHECK(role.run({"run", "--once"}).code == 0);
}

TEST_CASE("row security that hides rows is an error, and no row is forgotten")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    db.exec("ALTER TABLE article ENABLE ROW LEVEL SECURITY;"
            "CREATE POLICY most ON article USING (id <> 2)");
    Clerk const role(db);
    grant_state(db, role);
    role.grant("SELECT, UPDATE ON article");
    auto ended = role.run({"run", "--once"});
    CAPTURE(ended.err);
    CHECK(ended.code == 64);
    CHECK(ended.says("sees not every row of public.article, because of its row security"));
    CHECK(role.run({"run", "--dry-run"}).code == 64);
    CHECK(marks(db) == no_marks);

    // The superuser sees every row.
    CHECK(run_program({"run", "--once", "--database", as_owner(db)}, {articles_to_mark()}).code ==
          0);
    db.exec("UPDATE article SET applied_upgrades = NULL WHERE id = 2");
    ended = role.run({"gate", "article"});
    CAPTURE(ended.err);
    CHECK(ended.code == 70);
    CHECK(ended.says("row-level security"));
    CHECK(run_program({"gate", "article", "--database", as_owner(db)}).code == 3);
}

TEST_CASE("a wrong password ends every command with 69 and is never printed")
{
    PrivateServer const server("local all postgres trust\nlocal all all scram-sha-256\n");
    pqxx::connection admin(server.url());
    pqxx::nontransaction(admin).exec("CREATE ROLE clerk LOGIN PASSWORD 'right-secret'");
    auto const words = server.url("clerk") + " password=wrong-secret";
    auto const uri = "postgres://clerk:wrong-secret@/postgres?host=" + server.folder();
    for (auto const& database : {words, uri}) {
        std::vector<std::vector<std::string>> const commands{
            {"run", "--once"}, {"run", "--log-format", "json"}, {"status"}, {"gate", "article"}};
        for (auto command : commands) {
            command.insert(command.end(),
                           {"--database", database, "--connect-wait", "0", "--log-level", "debug"});
            auto const ended = run_program(command, {articles_to_mark()});
            CAPTURE(ended.err);
            CHECK(ended.code == 69);
            CHECK(ended.says("password authentication failed for user"));
            CHECK_FALSE(ended.says("wrong-secret"));
        }
    }
    auto const right =
        run_program({"status", "--database", server.url("clerk") + " password=right-secret"});
    CHECK(right.code == 0);
}

TEST_CASE("a server that is away ends every command with 69")
{
    std::vector<std::vector<std::string>> const commands{
        {"run", "--once"},     {"run"},   {"run", "--dry-run"}, {"status"},
        {"gate", "article"},   {"pause"}, {"resume"},           {"cleanup"},
        {"prepare", "article"}};
    for (auto command : commands) {
        command.insert(command.end(), {"--connect-wait", "0", "--database",
                                       "host=/nowhere dbname=articles password=secret-one"});
        auto const ended = run_program(command, {articles_to_mark()});
        CAPTURE(command[0]);
        CAPTURE(ended.err);
        CHECK(ended.code == 69);
        CHECK(ended.says("/nowhere"));
        CHECK_FALSE(ended.says("secret-one"));
    }
}

TEST_CASE("every command waits for a server that comes late")
{
    PrivateServer const server;
    auto const url = server.url();
    {
        pqxx::connection connection(url);
        pqxx::nontransaction(connection).exec(articles_sql);
    }
    for (auto command : {std::vector<std::string>{"run", "--once"}, {"gate", "article"}}) {
        server.stop();
        command.insert(command.end(), {"--database", url, "--connect-wait", "60s"});
        Program program(command, {articles_to_mark()});
        await("the program to wait", [&] {
            return program.printed().find("the database cannot be reached") != std::string::npos;
        });
        server.start();
        auto const ended = program.wait();
        CAPTURE(ended.err);
        CHECK(ended.code == 0);
    }
}

TEST_CASE("a server that goes away for good ends a running daemon with 69")
{
    PrivateServer const server;
    {
        pqxx::connection connection(server.url());
        pqxx::nontransaction(connection).exec(articles_sql);
    }
    Program program({"run", "--database", server.url(), "--connect-wait", "0", "--recheck", "1s"},
                    {articles_to_mark()});
    await("the table to be complete",
          [&] { return program.printed().find("article: complete") != std::string::npos; });
    server.stop();
    auto const ended = program.wait();
    CAPTURE(ended.err);
    CHECK(ended.code == 69);
    CHECK(ended.says("stopped: the database cannot be reached"));
}

TEST_CASE("a database that does not exist ends with 69 and is named")
{
    TemporaryDatabase const db;
    auto const ended = run_program(
        {"run", "--once", "--connect-wait", "0", "--database", db.url() + " dbname=nobody_made_it"},
        {articles_to_mark()});
    CAPTURE(ended.err);
    CHECK(ended.code == 69);
    CHECK(ended.says("database \"nobody_made_it\" does not exist"));
}
