// SPDX-License-Identifier: MIT
#include "await.hpp"
#include "daemon.hpp"
#include "pages.hpp"
#include "private_server.hpp"
#include "raw_client.hpp"
#include "walked_table.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

TEST_CASE("a daemon serves what its walk does, and says of its database what status says")
{
    TemporaryDatabase const db;
    WalkedTable const table(db.url(), 3000);
    Pages const pages;
    Daemon daemon(db.url(), {"--http", pages.endpoint(), "--duty", "1"});
    table.await_complete();
    await("the metrics tell it",
          [&] { return pages.has_metric(R"(rowbot_table_complete{table="article"} 1)"); });
    CHECK(pages.has_metric(
        R"(rowbot_rows_upgraded_total{table="article",upgrade="double-number"} 3000)"));
    CHECK(pages.has_metric(R"(rowbot_claims_total{table="article"} 1)"));
    CHECK(pages.has_metric(R"(rowbot_rows_pending{table="article"} 0)"));
    CHECK(pages.get("/livez").body == "{\"live\":true}\n");
    CHECK(pages.get("/readyz").body == "{\"ready\":true,\"reasons\":[]}\n");
    ChildProcess status({ROWBOT, "status", "--json", "--database", db.url()});
    CHECK(status.exit_code() == 0);
    CHECK(status.said() == pages.get("/status").body);
    CHECK(pages.get("/favicon.ico").status == 404);
}

TEST_CASE("readiness waits for the migrations, and the walk with it")
{
    TemporaryDatabase const db;
    Pages const pages;
    auto const folder = pages.folder() + "/migrations";
    std::filesystem::create_directory(folder);
    std::ofstream(folder + "/1_article.sql") << "CREATE TABLE article (id int PRIMARY KEY, number "
                                                "int NOT NULL, applied_upgrades text[]);"
                                                "INSERT INTO article VALUES (1, 4);";
    Daemon daemon(db.url(), {"--http", pages.endpoint(), "--migrations", folder});
    await("the reason is known", [&] {
        return pages.answers("/readyz") &&
               pages.get("/readyz").body ==
                   "{\"ready\":false,\"reasons\":[\"migration 1_article.sql is not applied\"]}\n";
    });
    CHECK(pages.get("/readyz").status == 503);
    CHECK(pages.get("/livez").status == 200);
    ChildProcess probe({ROWBOT, "probe", "/readyz", "--http", pages.endpoint()});
    CHECK(probe.exit_code() == 3);
    ChildProcess up({ROWBOT, "migrate", "up", "--database", db.url(), "--migrations", folder});
    REQUIRE(up.exit_code() == 0);
    await("it is ready", [&] { return pages.get("/readyz").status == 200; });
    ChildProcess probe_again(
        {"env", "ROWBOT_HTTP=" + pages.endpoint(), ROWBOT, "probe", "/readyz"});
    CHECK(probe_again.exit_code() == 0);
    await("the row is upgraded", [&] { return db.value("SELECT number FROM article") == "8"; });
}

TEST_CASE(
    "with --ready-when upgraded a daemon is ready once every row was proved upgraded, for ever")
{
    TemporaryDatabase const db;
    WalkedTable const table(db.url(), 2000);
    table.exec("ALTER TABLE article ADD CONSTRAINT seven CHECK (id <> 7 OR number = 7)");
    Pages const pages;
    Daemon daemon(db.url(), {"--http", pages.endpoint(), "--ready-when", "upgraded", "--recheck",
                             "200ms", "--duty", "1"});
    await("all but that row are upgraded",
          [&] { return pages.has_metric(R"(rowbot_table_failing{table="article"} 1)"); });
    CHECK(pages.get("/readyz").status == 503);
    CHECK(pages.get("/readyz").body.find("upgrade article/double-number is not complete") !=
          std::string::npos);
    table.exec("ALTER TABLE article DROP CONSTRAINT seven");
    await("it is ready", [&] { return pages.get("/readyz").status == 200; });
    daemon.send(SIGSTOP); // who would upgrade the next row
    table.exec("INSERT INTO article VALUES (3000, 3000)");
    daemon.send(SIGCONT);
    CHECK(pages.get("/readyz").status == 200);
}

TEST_CASE("a daemon whose database is away or paused is alive, and says so")
{
    PrivateServer const server;
    WalkedTable const table(server.url(), 20'000);
    Pages const pages;
    Daemon daemon(server.url(),
                  {"--http", pages.endpoint(), "--stuck-after", "1s", "--connect-wait", "10m"},
                  200);
    table.await_middle();
    ChildProcess pause({ROWBOT, "pause", "--reason", "a test", "--database", server.url()});
    REQUIRE(pause.exit_code() == 0);
    await("the pause is counted",
          [&] { return pages.has_metric(R"(rowbot_waiting{reason="pause",table="article"} 1)"); });
    CHECK(pages.get("/livez").status == 200);
    server.crash();
    await("the outage is counted",
          [&] { return pages.has_metric(R"(rowbot_waiting{reason="database",table=""} 1)"); });
    CHECK(pages.get("/livez").status == 200);
    CHECK(pages.get("/readyz").status == 200); // its schema was up to date, and is
    CHECK(pages.get("/status").status == 503);
    CHECK(pages.get("/status").body.find("{\"error\":") == 0);
    server.start();
    await("the way back is counted", [&] { return pages.has_metric("rowbot_reconnects_total 1"); });
    CHECK(pages.has_metric(R"(rowbot_waiting{reason="database",table=""} 0)"));
    ChildProcess resume({ROWBOT, "resume", "--database", server.url()});
    REQUIRE(resume.exit_code() == 0);
    table.await_middle(table.stand().rows_written);
    // What it says may be a second old.
    await("status is there again", [&] { return pages.get("/status").status == 200; });
    daemon.send(SIGTERM);
    CHECK(daemon.exit_code() == 0);
    CHECK(table.half_done() == 0);
}

TEST_CASE("a daemon whose upgrade does not return is not alive")
{
    TemporaryDatabase const db;
    WalkedTable const table(db.url(), 10);
    Pages const pages;
    Daemon const daemon(db.url(), {"--http", pages.endpoint(), "--stuck-after", "1s"},
                        1'000'000'000);
    await("it is found out",
          [&] { return pages.answers("/livez") && pages.get("/livez").status == 503; });
    CHECK(pages.get("/livez").body.find("an upgrade does not return") != std::string::npos);
    CHECK(table.pending() == 10);
}

TEST_CASE("two daemons cannot have one endpoint, and the second says so before it works")
{
    TemporaryDatabase const db;
    WalkedTable const table(db.url(), 10);
    Pages const pages;
    Daemon const first(db.url(), {"--http", pages.endpoint()});
    await("the first serves", [&] { return pages.answers("/livez"); });
    Daemon second(db.url(), {"--http", pages.endpoint()});
    CHECK(second.exit_code() == 64);
    CHECK(second.said().find("somebody listens there already") != std::string::npos);
}

TEST_CASE("10,000 requests during a walk are answered, and every row is doubled once")
{
    TemporaryDatabase const db;
    WalkedTable const table(db.url(), 20'000);
    Daemon daemon(db.url(), {"--http", "0", "--once", "--duty", "1"}, 100);
    std::string port;
    await("it serves", [&] {
        auto const said = daemon.said();
        auto const at = said.find("127.0.0.1:");
        auto const end = at == std::string::npos ? at : said.find('\n', at);
        if (end == std::string::npos) return false;
        port = said.substr(at + 10, end - at - 10);
        return true;
    });
    table.await_middle();
    auto const before = table.stand().rows_written;
    std::atomic<int> answered = 0;
    {
        std::vector<std::jthread> clients;
        for (auto const* const page : {"/livez", "/readyz", "/metrics", "/status"})
            clients.emplace_back([&answered, page, &port] {
                RawClient const client(static_cast<std::uint16_t>(std::stoi(port)));
                for (int i = 0; i < 2500; ++i) {
                    client.send(std::string("GET ") + page + " HTTP/1.1\r\nHost: x\r\n\r\n");
                    // The body of the answer before may come first.
                    if (client.read_until("\r\n\r\n").find("HTTP/1.1 200 ") != std::string::npos)
                        ++answered;
                }
            });
    }
    CHECK(answered == 10'000);
    CHECK(table.stand().rows_written > before);
    CHECK(daemon.exit_code() == 0);
    CHECK(table.wrong() == 0);
}
