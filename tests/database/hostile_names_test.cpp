// SPDX-License-Identifier: MIT
#include "http/client.hpp"
#include "program.hpp"
#include "temporary_folder.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <regex>
#include <sstream>

using rowbot::Json;

namespace
{

// A quote, a backslash, a newline that would begin a metric, JSON and a terminal's escape sequence.
std::string const hostile = "a\"b\\c\n} 1\nevil_total 7\n{\"evil\":1}\x1b]0;evil\a\x1b[31m";

std::string quoted(std::string name)
{
    for (std::size_t at = 0; (at = name.find('"', at)) != std::string::npos; at += 2)
        name.insert(at, 1, '"');
    return '"' + name + '"';
}

/// Fails on one row of two, with the row's own value in its reason.
rowbot::Table hostile_table()
{
    return {.name = quoted(hostile),
            .upgrades = {{.name = "double",
                          .apply = [](rowbot::Row const& row) -> rowbot::Patch {
                              if (row.get<int>("id") == 2)
                                  throw std::runtime_error("bad: " + row.get<std::string>(hostile));
                              return {{hostile, row.get<std::string>(hostile) + "!"}};
                          },
                          .reads = {"id", hostile},
                          .writes = {hostile}}}};
}

void create(TemporaryDatabase const& db)
{
    auto const name = quoted(hostile);
    db.exec("CREATE TABLE " + name + " (id int PRIMARY KEY, " + name +
            " text, applied_upgrades text[] NOT NULL DEFAULT '{}')");
    auto const connection = db.connect();
    pqxx::work tx(*connection);
    tx.exec("INSERT INTO " + name + " SELECT i, " + tx.quote(hostile) +
            " FROM generate_series(1, 2) AS i");
    tx.commit();
}

bool is_plain(std::string const& text)
{
    return std::none_of(text.begin(), text.end(),
                        [](unsigned char c) { return (c < 0x20 && c != '\n') || c == 0x7f; });
}

std::vector<std::string> lines_of(std::string const& text)
{
    std::istringstream in(text);
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

} // namespace

TEST_CASE("hostile names and values come out of the log as one line each, for people and as JSON")
{
    TemporaryDatabase const db;
    create(db);
    auto const text = run_program(db, {"run", "--once", "--log-level", "debug"}, {hostile_table()});
    CHECK(text.code == 70);
    CHECK(is_plain(text.err));
    for (auto const& line : lines_of(text.err)) CHECK(line.starts_with("20")); // its date
    CHECK(text.says("bad: a\"b"));

    auto const json = run_program(
        db, {"run", "--once", "--log-format", "json", "--log-level", "debug"}, {hostile_table()});
    CHECK(json.code == 70);
    bool told = false;
    for (auto const& line : lines_of(json.err)) {
        auto const event = Json::parse(line);
        CHECK_FALSE(event.contains("evil"));
        if (event["event"] == "row_error")
            told = event["error"].get<std::string>().find("bad: " + hostile) != std::string::npos;
    }
    CHECK(told);
}

TEST_CASE("hostile names come out of status, plan and pages escaped")
{
    TemporaryDatabase const db;
    create(db);
    TemporaryFolder const folder;
    auto const endpoint = "unix:" + folder.path().string() + "/http";
    Program const daemon({"run", "--http", endpoint, "--database", db.url()}, {hostile_table()});
    auto const page = [&](char const* path) {
        return rowbot::http::get(rowbot::http::parse_endpoint(endpoint), path,
                                 std::chrono::seconds{10})
            .body;
    };
    await("a row has failed", [&] {
        try {
            return page("/metrics").find("\"double\"} 1\n") != std::string::npos;
        } catch (std::runtime_error const&) {
            return false; // it does not listen yet
        }
    });
    std::regex const metric(
        R"re((# .*|[a-z_]+(\{([a-z]+="([^"\\]|\\["\\n])*",?)*\})? [-+0-9.e]+|[a-z_]+\{.*\} \+Inf))re");
    for (auto const& line : lines_of(page("/metrics"))) {
        CAPTURE(line);
        CHECK(std::regex_match(line, metric));
        CHECK_FALSE(line.starts_with("evil_total"));
    }
    auto const status = Json::parse(page("/status")).at("tables").at(0);
    CHECK(status.at("table") == quoted(hostile));
    auto const shown = run_program(db, {"status"}, {hostile_table()});
    CHECK(shown.code == 0);
    CHECK(is_plain(shown.out));
    auto const dry = run_program(db, {"run", "--dry-run"}, {hostile_table()});
    CHECK(is_plain(dry.out));
    CHECK(is_plain(dry.err));
}
