// SPDX-License-Identifier: MIT
#include "await.hpp"
#include "daemon.hpp"
#include "pages.hpp"
#include "private_server.hpp"
#include "temporary_database.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <fstream>

namespace
{

/// A folder of one migration that makes the table, and pages.
struct Given {
    Given()
    {
        std::filesystem::create_directory(folder);
        write("CREATE TABLE article (id int PRIMARY KEY, number int NOT NULL, applied_upgrades "
              "text[]); INSERT INTO article VALUES (1, 4);");
    }

    void write(std::string const& sql) const { std::ofstream(folder + "/1_article.sql") << sql; }

    /// `run` that waits for it.
    std::vector<std::string> run(std::vector<std::string> const& more) const
    {
        std::vector<std::string> all{"--http", pages.endpoint(), "--migrations", folder};
        all.insert(all.end(), more.begin(), more.end());
        return all;
    }

    int migrate(std::string const& database, std::vector<std::string> const& more = {}) const
    {
        std::vector<std::string> all{ROWBOT,   "migrate",      "up",  "--database",
                                     database, "--migrations", folder};
        all.insert(all.end(), more.begin(), more.end());
        return ChildProcess(all).exit_code();
    }

    Pages pages{};
    std::string folder = pages.folder() + "/migrations";
};

bool has(std::string const& text, std::string const& part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("who waits for migrations of a database that is away gives up after --connect-wait")
{
    Given const given;
    for (auto const* const wait : {"0", "2s"})
        for (bool const once : {false, true}) {
            auto options = given.run({"--connect-wait", wait, "--log-format", "json"});
            if (once) options.emplace_back("--once");
            Daemon daemon("postgresql://clerk@127.0.0.1:1/db", options);
            CHECK(daemon.exit_code() == 69);
            auto const said = daemon.said();
            CAPTURE(said);
            CHECK(has(said, R"("event":"waiting","table":"","reason":"database")"));
            CHECK(has(said, R"("event":"stopped","why":"the database cannot be reached")"));
        }
}

TEST_CASE("who waits for migrations with a wrong password gives up after --connect-wait")
{
    PrivateServer const server("local all postgres trust\nlocal all all scram-sha-256\n");
    pqxx::connection owner(server.url());
    pqxx::nontransaction(owner).exec("CREATE ROLE clerk LOGIN PASSWORD 'right'");
    Given const given;
    Daemon daemon(server.url("clerk") + " password=wrong", given.run({"--connect-wait", "1s"}));
    CHECK(daemon.exit_code() == 69);
    CHECK(has(daemon.said(), "password authentication failed"));
}

TEST_CASE("with --once, migrations are waited for as long as --lock-wait")
{
    TemporaryDatabase const db;
    Given const given;
    Daemon daemon(db.url(), given.run({"--once", "--lock-wait", "1s"}));
    CHECK(daemon.exit_code() == 3);
    CHECK(has(daemon.said(), "waits: migration 1_article.sql is not applied"));
    CHECK(has(daemon.said(), "stopped: migration 1_article.sql is not applied"));
    CHECK(given.migrate(db.url()) == 0);
    Daemon again(db.url(), given.run({"--once", "--lock-wait", "1s"}));
    CHECK(again.exit_code() == 0);
    CHECK(db.value("SELECT number FROM article") == "8");
}

TEST_CASE("a daemon finds the migrations where the settings that it shares with migrate have them")
{
    TemporaryDatabase const db;
    db.exec("CREATE SCHEMA \"My shop\"");
    Given const given;
    auto const config = given.pages.folder() + "/rowbot.ini";
    std::ofstream(config) << "table = app_migrations\nschema = My shop\nmigrations = "
                          << given.folder << '\n';
    ChildProcess up({ROWBOT, "migrate", "up", "--config", config, "--database", db.url()});
    REQUIRE(up.exit_code() == 0);
    db.exec("ALTER TABLE \"My shop\".article SET SCHEMA public");
    Daemon daemon(db.url(), {"--once", "--lock-wait", "0", "--config", config});
    CHECK(daemon.exit_code() == 0);
    CHECK(db.value("SELECT number FROM article") == "8");
}

TEST_CASE("a daemon waits on for migrations that do not fit, and says which, until they do")
{
    TemporaryDatabase const db;
    Given given;
    REQUIRE(given.migrate(db.url()) == 0);
    db.exec("UPDATE migrations SET hash = 'another' WHERE id = 1");
    Daemon daemon(db.url(), given.run({"--connect-wait", "0", "--lock-wait", "0"}));
    await("the reason is told", [&] {
        return given.pages.answers("/readyz") &&
               has(given.pages.get("/readyz").body, "1_article.sql");
    });
    CHECK(given.pages.get("/readyz").status == 503);
    CHECK(given.pages.get("/livez").status == 200);
    ChildProcess repair(
        {ROWBOT, "migrate", "repair", "1", "--database", db.url(), "--migrations", given.folder});
    REQUIRE(repair.exit_code() == 0);
    await("it is ready", [&] { return given.pages.get("/readyz").status == 200; });
    daemon.send(SIGTERM);
    CHECK(daemon.exit_code() == 0);
}
