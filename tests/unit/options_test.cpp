// SPDX-License-Identifier: MIT
#include "cli/awaited_migrations.hpp"
#include "cli/options.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include <unistd.h>

using namespace rowbot;
using namespace rowbot::cli;
using namespace std::chrono_literals;

namespace
{

CommandLine parsed(std::vector<std::string> const& arguments, Environment const& environment = {})
{
    return parse_command_line(arguments, environment);
}

/// What is wrong with a command line.
std::string wrong(std::vector<std::string> const& arguments, Environment const& environment = {})
{
    try {
        parse_command_line(arguments, environment);
    } catch (ConfigError const& e) {
        return e.what();
    }
    return "";
}

/// A config file that goes away with the test.
struct ConfigFile {
    explicit ConfigFile(std::string const& text)
        : name((std::filesystem::temp_directory_path() / "rowbot-options-XXXXXX").string())
    {
        auto const descriptor = mkstemp(name.data());
        REQUIRE(descriptor >= 0);
        close(descriptor);
        std::ofstream(name) << text;
    }
    ConfigFile(ConfigFile const&) = delete;
    ~ConfigFile() { std::filesystem::remove(name); }

    std::string name;
};

} // namespace

TEST_CASE("without options, the defaults are those of WorkerOptions")
{
    auto const line = parsed({"run"});
    CHECK(line.command == "run");
    CHECK(line.worker.connection == "");
    CHECK(line.worker.batch_rows.smallest("article") == 500);
    CHECK(line.worker.duty == 0.5);
    CHECK_FALSE(line.worker.once);
    CHECK(line.rows == 100);
    CHECK(line.log_format == "text");
    CHECK(line.log_level == "info");
    CHECK(line.color == When::automatic);
}

TEST_CASE("every worker option is read")
{
    auto const line = parsed({"run",
                              "--once",
                              "--database=host=db",
                              "--batch-rows",
                              "5",
                              "--batch-target-ms",
                              "20",
                              "--cleanup-batch-rows",
                              "7",
                              "--cleanup-after",
                              "90m",
                              "--duty",
                              "0.25",
                              "--max-lag",
                              "2s",
                              "--pace",
                              "nanobots",
                              "--recheck",
                              "250ms",
                              "--lease",
                              "3",
                              "--lock-wait",
                              "0",
                              "--connect-wait",
                              "1m",
                              "--log-format",
                              "json",
                              "--log-level",
                              "debug",
                              "--color",
                              "always",
                              "--progress",
                              "never"});
    auto const& worker = line.worker;
    CHECK(worker.once);
    CHECK(worker.connection == "host=db");
    CHECK(worker.batch_rows.smallest("t") == 5);
    CHECK(worker.batch_target.smallest("t") == 20ms);
    CHECK(worker.cleanup_batch_rows.smallest("t") == 7);
    CHECK(worker.cleanup_after.smallest("t") == 90min);
    CHECK(worker.duty == 0.25);
    CHECK(worker.max_lag == 2s);
    CHECK(worker.pace == Pace::nanobots);
    CHECK(worker.recheck == 250ms);
    CHECK(worker.lease == 3s);
    CHECK(worker.lock_wait == 0s);
    CHECK(worker.connect_wait == 60s);
    CHECK(line.log_format == "json");
    CHECK(line.log_level == "debug");
    CHECK(line.color == When::always);
    CHECK(line.progress == When::never);
}

TEST_CASE("commands take their own options and arguments")
{
    CHECK(parsed({"gate", "article/image-width", "--wait"}).wait);
    CHECK(parsed({"gate", "article"}).arguments == std::vector<std::string>{"article"});
    CHECK(parsed({"status", "--json"}).json);
    CHECK(parsed({"cleanup", "--confirm"}).confirm);
    CHECK(parsed({"prepare", "article", "--dry-run"}).dry_run);
    CHECK(parsed({"run", "--dry-run", "--rows", "10"}).rows == 10);
    auto const pause = parsed({"pause", "--for", "2h", "article", "--reason", "a big import"});
    CHECK(pause.for_ == 2h);
    CHECK(pause.reason == "a big import");
    CHECK(pause.arguments == std::vector<std::string>{"article"});
    CHECK(parsed({"pause"}).for_ == std::nullopt);
    CHECK(parsed({"resume", "--", "--odd-name"}).arguments[0] == "--odd-name");
}

TEST_CASE("a value for a table or an upgrade may be given, and several times")
{
    auto const line = parsed({"run", "--batch-rows", "500", "--batch-rows", "article=200",
                              "--batch-rows", "article/image-width=50"});
    auto const& rows = line.worker.batch_rows;
    CHECK(rows.smallest("comment") == 500);
    CHECK(rows.smallest("article") == 200);
    CHECK(rows.smallest("article", {"fix", "image-width"}) == 50);
}

TEST_CASE("table names in values may be quoted SQL identifiers")
{
    auto const line =
        parsed({"run", "--batch-rows", R"(400, "Weird, =/ Table"."sélect"=30,"a"/x=20)"});
    std::map<std::string, int> const expected{
        {"", 400}, {R"("Weird, =/ Table"."sélect")", 30}, {R"("a"/x)", 20}};
    CHECK(line.worker.batch_rows.values() == expected);
}

TEST_CASE("flags win over variables, variables over the config file, scope by scope")
{
    ConfigFile const file("# pace\nduty = 0.1\n\n; rows\nbatch-rows = 400 article=40 x=4\n"
                          "recheck=5s\ndatabase = host=file password=#1\n");
    Environment const environment{
        {"ROWBOT_CONFIG", file.name}, {"ROWBOT_BATCH_ROWS", "article=30,y=3"},
        {"ROWBOT_DUTY", "0.2"},       {"ROWBOT_RECHECK", ""},
        {"DATABASE_URL", "host=url"}, {"PATH", "/bin"}};
    auto const line = parsed({"run", "--duty", "0.3", "--batch-rows", "y=2"}, environment);
    std::map<std::string, int> const expected{{"", 400}, {"article", 30}, {"x", 4}, {"y", 2}};
    CHECK(line.worker.batch_rows.values() == expected);
    CHECK(line.worker.duty == 0.3);
    CHECK(line.worker.recheck == 5s);
    CHECK(line.worker.connection == "host=file password=#1");
    CHECK(parsed({"run"}, {{"DATABASE_URL", "host=url"}}).worker.connection == "host=url");
    CHECK(parsed({"run"}, {{"DATABASE_URL", "host=url"}, {"ROWBOT_DATABASE", "host=own"}})
              .worker.connection == "host=own");

    ConfigFile const other("duty = 0.9");
    CHECK(parsed({"run", "--config", other.name}, {{"ROWBOT_CONFIG", file.name}}).worker.duty ==
          0.9);
}

TEST_CASE("NO_COLOR counts unless --color is given")
{
    CHECK(parsed({"run"}, {{"NO_COLOR", "1"}}).color == When::never);
    CHECK(parsed({"run"}, {{"NO_COLOR", ""}}).color == When::automatic);
    CHECK(parsed({"run", "--color", "always"}, {{"NO_COLOR", "1"}}).color == When::always);
}

TEST_CASE("what every migrate command takes can be a variable, what one call asks for cannot")
{
    auto const line =
        parsed({"migrate", "up"}, {{"ROWBOT_MIGRATIONS", "sql"}, {"ROWBOT_TABLE", "done"}});
    CHECK(line.migrate.directory == "sql");
    CHECK(line.migrate.table == "done");
    CHECK(parsed({"run"}, {{"ROWBOT_MIGRATIONS", "sql"}}).command == "run");
    CHECK(wrong({"migrate", "up"}, {{"ROWBOT_TO", "3"}}) ==
          "ROWBOT_TO: --to can be given on the command line only");
}

TEST_CASE("run looks for migrations where migrate records them")
{
    auto const table = [](Environment const& environment) {
        return parsed({"run"}, environment).worker.migrations_table;
    };
    CHECK(table({}) == "migrations");
    CHECK(table({{"ROWBOT_TABLE", "done"}}) == "done");
    CHECK(table({{"ROWBOT_SCHEMA", "shop"}}) == "shop.migrations");
    CHECK(table({{"ROWBOT_SCHEMA", "My \"shop\""}, {"ROWBOT_TABLE", "2.x"}}) ==
          "\"My \"\"shop\"\"\".\"2.x\"");
    CHECK(table({{"ROWBOT_SCHEMA", "tenant_%"}, {"ROWBOT_TABLE", "done"}}) == "done");
    CHECK(table({{"ROWBOT_SCHEMA", "shop"}, {"ROWBOT_MIGRATIONS_TABLE", "other.done"}}) ==
          "other.done");
}

TEST_CASE("run waits for the migrations of one table")
{
    auto const awaited = [](Environment environment) -> std::string {
        environment["ROWBOT_MIGRATIONS"] = "sql";
        try {
            auto const options = awaited_migrations(parsed({"run"}, environment), {});
            return options ? options->schema + "|" + options->table : "none";
        } catch (ConfigError const& e) {
            return e.what();
        }
    };
    CHECK(awaited({}) == "|migrations");
    CHECK(awaited({{"ROWBOT_MIGRATIONS_TABLE", "shop.done"}}) == "shop|done");
    CHECK(awaited({{"ROWBOT_TABLE", "done"}, {"ROWBOT_SCHEMA", "My shop"}}) == "My shop|done");
    CHECK(awaited({{"ROWBOT_TABLE", "done"}, {"ROWBOT_MIGRATIONS_TABLE", "shop.done"}}) ==
          "shop|done");
    CHECK(awaited({{"ROWBOT_SCHEMA", "shop"}, {"ROWBOT_MIGRATIONS_TABLE", "done"}}) == "shop|done");
    CHECK(awaited({{"ROWBOT_SCHEMA", "tenant_%"}, {"ROWBOT_MIGRATIONS_TABLE", "tenant_a.done"}}) ==
          "tenant_a|done");
    CHECK(awaited({{"ROWBOT_TABLE", "done"}, {"ROWBOT_MIGRATIONS_TABLE", "other"}}) ==
          "--migrations-table other and --table done name two tables, and run waits for the "
          "migrations of one; leave --migrations-table out");
    CHECK(awaited({{"ROWBOT_SCHEMA", "shop"}, {"ROWBOT_MIGRATIONS_TABLE", "other.done"}})
              .starts_with("--migrations-table other.done and --schema shop name two tables"));
    CHECK(awaited({{"ROWBOT_SCHEMA", "tenant_%"}}).starts_with("--schema tenant_% is a pattern"));
    CHECK_FALSE(awaited_migrations(parsed({"run"}, {{"ROWBOT_SCHEMA", "tenant_%"}}), {}));
}

TEST_CASE("an unknown variable is an error that names it")
{
    CHECK(wrong({"run"}, {{"ROWBOT_BATCHROWS", "5"}}) ==
          "ROWBOT_BATCHROWS: no such option; see rowbot run --help");
    CHECK(wrong({"cleanup"}, {{"ROWBOT_CONFIRM", "1"}}) ==
          "ROWBOT_CONFIRM: --confirm can be given on the command line only");
    CHECK(wrong({"run"}, {{"ROWBOT_DUTY", "2"}}) ==
          "ROWBOT_DUTY: '2' is not allowed; write a number over 0, at most 1");
}

TEST_CASE("variables of the tests, and of a Kubernetes service named rowbot-…, are none of ours")
{
    CHECK(wrong({"run"}, {{"ROWBOT_TEST_SERVER", "x"}}) == "");
    for (std::string const service : {"ROWBOT", "ROWBOT_ORDERS", "ROWBOT_2_HTTP", "ROWBOT_HTTP"})
        CHECK(wrong({"run"}, {{service + "_SERVICE_HOST", "10.0.0.1"},
                              {service + "_SERVICE_PORT", "80"},
                              {service + "_SERVICE_PORT_HTTP_2", "80"},
                              {service + "_PORT", "tcp://10.0.0.1:80"},
                              {service + "_PORT_80_TCP", "tcp://10.0.0.1:80"},
                              {service + "_PORT_80_TCP_PROTO", "tcp"},
                              {service + "_PORT_80_TCP_PORT", "80"},
                              {service + "_PORT_80_TCP_ADDR", "10.0.0.1"},
                              {service + "_PORT_53_UDP", "udp://10.0.0.1:53"},
                              {service + "_PORT_132_SCTP_ADDR", "fd00::1"}}) == "");
    CHECK(wrong({"run"}, {{"ROWBOT_PORT", "udp://[fd00::1]:53"}}) == "");
}

TEST_CASE("a misspelt setting that resembles a variable of Kubernetes is an error")
{
    for (char const* const name :
         {"ROWBOT_PORT", "ROWBOT_HTTP_PORT", "ROWBOT_SERVICE", "ROWBOT_SERVICE_NAME",
          "ROWBOT_HTTP_HOST", "ROWBOT_PORT_HTTP", "ROWBOT_PORT_80", "ROWBOT_PORT_80_TCP_NAME",
          "ROWBOT_PORT_80_HTTP"}) {
        CAPTURE(name);
        CHECK(wrong({"run"}, {{name, "9187"}}) ==
              std::string(name) + ": no such option; see rowbot run --help");
    }
}

TEST_CASE("an error in the config file names file, line and key")
{
    ConfigFile const unknown("# one\n\nbatch-rowz = 5\n");
    CHECK(wrong({"run", "--config", unknown.name}) ==
          unknown.name + ":3: batch-rowz: no such option; see rowbot run --help");
    ConfigFile const bad("duty = 0.5\nbatch-rows = article=many\n");
    CHECK(wrong({"run", "--config", bad.name}) ==
          bad.name +
              ":2: batch-rows: 'many' is not allowed; write a whole number from 1 to 100000");
    ConfigFile const twice("duty = 0.5\nduty = 0.6\n");
    CHECK(wrong({"run", "--config", twice.name}) ==
          twice.name + ":2: duty: given twice; give it once");
    ConfigFile const section("[rowbot]\n");
    CHECK(wrong({"run", "--config", section.name}) ==
          section.name + ":1: sections are not used; a value for one table is written batch-rows = "
                         "article=200");
    ConfigFile const word("once\n");
    CHECK(wrong({"run", "--config", word.name}) ==
          word.name + ":1: 'once' is no setting; write name = value");
    ConfigFile const flag("confirm = yes\n");
    CHECK(wrong({"run", "--config", flag.name}) ==
          flag.name + ":1: confirm: --confirm can be given on the command line only");
    CHECK(wrong({"run", "--config", "/does/not/exist"}) ==
          "/does/not/exist: cannot be read: No such file or directory");
}

TEST_CASE("a bad value names option, value and what is allowed")
{
    CHECK(wrong({"run", "--batch-rows", "0"}) ==
          "--batch-rows: '0' is not allowed; write a whole number from 1 to 100000");
    CHECK(wrong({"run", "--batch-rows", "article="}) ==
          "--batch-rows: '' is not allowed; write a whole number from 1 to 100000");
    CHECK(wrong({"run", "--batch-rows", ""}) == "--batch-rows: a value is missing");
    CHECK(wrong({"run", "--batch-rows", "=5"}) ==
          "--batch-rows: '' names nothing; write TABLE or TABLE/UPGRADE");
    CHECK(wrong({"run", "--duty", "0"}) ==
          "--duty: '0' is not allowed; write a number over 0, at most 1");
    CHECK(wrong({"run", "--duty", "nan"}) != "");
    CHECK(wrong({"run", "--pace", "fast"}) ==
          "--pace: 'fast' is not allowed; write duty or nanobots");
    CHECK(wrong({"run", "--log-level", "loud"}) ==
          "--log-level: 'loud' is not allowed; write debug, info, warning or error");
    CHECK(wrong({"run", "--recheck", "0"}) ==
          "--recheck: '0' is not allowed; write a duration over 0");
    CHECK(wrong({"run", "--dry-run", "--rows", "-5"}) ==
          "--rows: '-5' is not allowed; write a whole number from 1 to 100000");
    CHECK(wrong({"run", "--duty", "1", "--duty", "1"}) == "--duty: given twice; give it once");
}

TEST_CASE("an option of another command is refused, and its own command named")
{
    CHECK(wrong({"status", "--confirm"}) ==
          "--confirm: rowbot status does not take it; it belongs to rowbot cleanup");
    CHECK(wrong({"gate", "article", "--dry-run"}) ==
          "--dry-run: rowbot gate does not take it; it belongs to rowbot run or rowbot prepare or "
          "rowbot migrate up");
    CHECK(wrong({"prepare", "article", "--rows", "5"}) != "");
    CHECK(wrong({"run", "--rows", "5"}) == "--rows: belongs to a dry run; add --dry-run");
}

TEST_CASE("a program says its own name, whatever it is called")
{
    auto const said = [](std::vector<std::string> const& arguments) -> std::string {
        try {
            return parse_command_line(arguments, {}, "dictionary-daemon").program;
        } catch (ConfigError const& e) {
            return e.what();
        }
    };
    CHECK(said({"status"}) == "dictionary-daemon");
    CHECK(said({"fly"}) == "'fly' is no command; see dictionary-daemon --help");
    CHECK(said({"--dut", "1"}) == "--dut: no such option; see dictionary-daemon --help");
    CHECK(said({"migrate"}) ==
          "dictionary-daemon migrate does what? see dictionary-daemon migrate --help");
    CHECK(said({"gate"}) ==
          "dictionary-daemon gate takes one argument: dictionary-daemon gate TABLE[/UPGRADE]");
    CHECK(said({"gate", "article", "--dry-run"}) ==
          "--dry-run: dictionary-daemon gate does not take it; it belongs to dictionary-daemon run "
          "or dictionary-daemon prepare or dictionary-daemon migrate up");
    for (char const* const command : {"", "run", "status", "migrate"}) {
        auto const text = help_text(command, "dictionary-daemon");
        CHECK(text.starts_with("Usage: dictionary-daemon "));
        CHECK(text.find("rowbot ") == std::string::npos);
    }
}

TEST_CASE("what is no command line says so")
{
    CHECK(wrong({}) == "a command is missing; see rowbot --help");
    CHECK(wrong({"fly"}) == "'fly' is no command; see rowbot --help");
    CHECK(wrong({"gate"}) == "rowbot gate takes one argument: rowbot gate TABLE[/UPGRADE]");
    CHECK(wrong({"run", "article"}) == "rowbot run takes no arguments, but 'article' follows");
    CHECK(wrong({"run", "--dut", "1"}) == "--dut: no such option; see rowbot --help");
    CHECK(wrong({"run", "--duty"}) ==
          "the required argument for option '--duty' is missing; see rowbot --help");
    CHECK(wrong({"run", "--once=yes"}) != "");
    CHECK(wrong({"completion", "ksh"}) == "'ksh' is not allowed; write bash, zsh or fish");
}

TEST_CASE("help is given whatever else is wrong, and lists every command")
{
    CHECK(parsed({"--help"}).help);
    CHECK(parsed({"-h"}).help);
    CHECK(parsed({"gate", "--help"}, {{"ROWBOT_X", "1"}}).command == "gate");
    CHECK(parsed({"--version"}).version);
    auto const text = help_text();
    for (char const* const name :
         {"run", "status", "gate TABLE[/UPGRADE]", "cleanup", "pause", "resume", "prepare TABLE"})
        CHECK(text.find("\n  " + std::string(name)) != std::string::npos);
    auto const run = help_text("run");
    for (char const* const option : {"--once", "--config FILE", "--batch-rows [SCOPE=]N",
                                     "--cleanup-after [SCOPE=]DURATION", "default 0.5"})
        CHECK(run.find(option) != std::string::npos);
    CHECK(help_text("pause").find("--duty") == std::string::npos);
    CHECK(help_text("pause").find("--reason TEXT") != std::string::npos);
}
