// SPDX-License-Identifier: MIT
#include "cli/duration.hpp"
#include "cli/scope.hpp"
#include "store/password.hpp"

#include <doctest/doctest.h>

using namespace rowbot;
using namespace rowbot::cli;
using namespace std::chrono_literals;

TEST_CASE("a duration has a unit, or is a number of seconds")
{
    CHECK(parse_duration("250ms") == 250ms);
    CHECK(parse_duration("10s") == 10s);
    CHECK(parse_duration("5m") == 5min);
    CHECK(parse_duration("2h") == 2h);
    CHECK(parse_duration("1d") == 24h);
    CHECK(parse_duration("90") == 90s);
    CHECK(parse_duration("0") == 0s);
    CHECK(parse_duration("3650d") == 24h * 3650);
}

TEST_CASE("what is no duration is refused")
{
    for (char const* const text : {"", "s", "-1s", "1.5s", "1 s", "1h30m", "5min", " 5", "3651d",
                                   "99999999999999999999s", "9223372036854775807d"}) {
        CAPTURE(text);
        CHECK_THROWS_WITH_AS(parse_duration(text),
                             ("'" + std::string(text) +
                              "' is no duration; write 250ms, 10s, 5m, 2h, 1d or a number of "
                              "seconds")
                                 .c_str(),
                             ConfigError);
    }
}

TEST_CASE("a duration is shown in its largest whole unit")
{
    for (char const* const text : {"0s", "250ms", "1500ms", "90s", "5m", "2h", "1d", "36h"})
        CHECK(duration_text(parse_duration(text)) == text);
    CHECK(duration_text(60s) == "1m");
    CHECK(duration_text(24h) == "1d");
}

TEST_CASE("a target is a table, or an upgrade of it")
{
    CHECK(parse_target("article").table == "article");
    CHECK(parse_target("article").upgrade == "");
    CHECK(parse_target("public.article/image-width").table == "public.article");
    CHECK(parse_target("public.article/image-width").upgrade == "image-width");
    CHECK(parse_target(R"("a/b"."c""/d"/x)").table == R"("a/b"."c""/d")");
    CHECK_THROWS_WITH_AS(parse_target("/x"), "'/x' names nothing; write TABLE or TABLE/UPGRADE",
                         ConfigError);
    CHECK_THROWS_AS(parse_target(""), ConfigError);
    CHECK_THROWS_AS(parse_target("article/"), ConfigError);
    CHECK_THROWS_WITH_AS(parse_target("\"article"),
                         "'\"article' has a quotation mark without its other half", ConfigError);
}

TEST_CASE("a limit for a table or a name that is not registered is an error")
{
    std::vector<Table> const tables{
        {.name = "article", .upgrades = {{.name = "image-width"}}, .cleanups = {"old"}}};
    auto const check = [&](std::string const& scope) {
        WorkerOptions options;
        options.batch_rows.set(scope, 5);
        check_scopes(options, tables);
    };
    CHECK_NOTHROW(check("article"));
    CHECK_NOTHROW(check("article/image-width"));
    CHECK_NOTHROW(check("article/old"));
    CHECK_THROWS_WITH_AS(check("articel"),
                         "batch-rows: no table 'articel' is registered; write its name as the "
                         "program does",
                         ConfigError);
    CHECK_THROWS_WITH_AS(check("article/image-widht"),
                         "batch-rows: the table 'article' has no upgrade and no cleanup "
                         "'image-widht'",
                         ConfigError);
}

TEST_CASE("passwords in a URL are hidden")
{
    CHECK(without_password("postgresql://u:secret@host:5432/db?sslmode=require") ==
          "postgresql://u:***@host:5432/db?sslmode=require");
    CHECK(without_password("postgres://u@host/db") == "postgres://u@host/db");
    CHECK(without_password("postgres://host/db") == "postgres://host/db");
    CHECK(without_password("postgres:///db?host=/run&password=secret&user=u") ==
          "postgres:///db?host=/run&password=***&user=u");
    CHECK(without_password("postgres:///db?%70assword=secret") == "postgres:///db?%70assword=***");
    CHECK(without_password("postgres://h/db?sslpassword=secret") ==
          "postgres://h/db?sslpassword=***");
    for (char const* const odd : {"postgres://u:se@cret@h/db", "postgres://u:sec/ret@h/db",
                                  "postgres://u:sec?ret@h/db", "postgres://u:sec#ret@h/db"})
        CHECK(without_password(odd).find("ret") == std::string::npos);
}

TEST_CASE("passwords among keywords are hidden")
{
    CHECK(without_password("host=h password=secret user=u") == "host=h password=*** user=u");
    CHECK(without_password("password = 'it\\'s = secret' host=h") == "password = *** host=h");
    CHECK(without_password("password=a\\ secret host=h") == "password=*** host=h");
    CHECK(without_password("host=h password='never closed") == "host=h password=***");
    CHECK(without_password("password=postgres://secret") == "password=***");
    CHECK(without_password("mydb") == "mydb");
    CHECK(without_password("") == "");
    CHECK(without_password("password=") == "password=***");
}
