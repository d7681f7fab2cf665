// SPDX-License-Identifier: MIT
#include "cli/commands.hpp"
#include "cli/option_table.hpp"
#include "temporary_folder.hpp"

#include <doctest/doctest.h>

#include <sstream>

using namespace rowbot;
using namespace rowbot::cli;

namespace
{

/// What `config` prints.
std::string example_text()
{
    std::ostringstream out;
    REQUIRE(example_config(parse_command_line({"config"}, {}, "shop-daemon"), {}, out) ==
            ExitCode::done);
    return out.str();
}

/// A line a setting, with the # in front of each default removed.
std::string with_every_default(std::string text)
{
    for (std::size_t at = 0; (at = text.find("\n#", at)) != std::string::npos; ++at)
        if (text[at + 2] >= 'a' && text[at + 2] <= 'z') text.erase(at + 1, 1);
    return text;
}

template <class T> std::ostream& operator<<(std::ostream& out, Scoped<T> const& scoped)
{
    for (auto const& [scope, value] : scoped.values()) {
        out << scope << '=';
        if constexpr (std::is_same_v<T, int>)
            out << value << ' ';
        else
            out << value.count() << ' ';
    }
    return out;
}

/// Every setting that a command line has.
std::string settings_of(CommandLine const& line)
{
    auto const& w = line.worker;
    auto const& m = line.migrate;
    std::ostringstream out;
    out << "database " << w.connection << "\nbatch-rows " << w.batch_rows << "\nbatch-target "
        << w.batch_target << "\ncleanup-batch-rows " << w.cleanup_batch_rows << "\ncleanup-after "
        << w.cleanup_after << "\nduty " << w.duty << "\npace " << static_cast<int>(w.pace)
        << "\nmax-lag " << w.max_lag.count() << "\nrecheck " << w.recheck.count() << "\nlease "
        << w.lease.count() << ' ' << m.lease.count() << "\nlock-wait " << w.lock_wait.count() << ' '
        << m.lock_wait.count() << "\nconnect-wait " << w.connect_wait.count() << ' '
        << m.connect_wait.count() << "\nmigrations-table " << w.migrations_table << "\nmigrations "
        << m.directory << "\ntable " << m.table << "\nschema " << m.schema << "\ndirect-url "
        << m.direct_connection << "\nlock-timeout " << m.lock_timeout.count() << "\nlock-retry "
        << m.lock_retry.count() << "\nstatement-timeout " << m.statement_timeout.count()
        << "\ntimeout " << m.timeout.count() << "\nlog-format " << line.log_format << "\nlog-level "
        << line.log_level << "\ncolor " << static_cast<int>(line.color) << "\npassword-file "
        << line.password_file << "\nhttp " << (line.http ? line.http->text() : "")
        << "\nready-when " << static_cast<int>(line.ready_when) << "\nstuck-after "
        << line.stuck_after.count() << '\n';
    return out.str();
}

/// A value that is not the default.
std::string other_value(Option const& option)
{
    if (!option.choices.empty())
        return std::string(option.choices[option.choices[0] == option.standard.value ? 1 : 0]);
    if (!option.standard.example.empty()) return std::string(option.standard.example);
    return option.value == "SHARE" ? "0.7" : "7";
}

} // namespace

TEST_CASE("every default of the example config file is the default")
{
    TemporaryFolder const folder;
    folder.write("rowbot.ini", with_every_default(example_text()));
    auto const file = (folder.path() / "rowbot.ini").string();
    auto const line = parse_command_line({"migrate", "up"}, {{"ROWBOT_CONFIG", file}});
    CHECK(settings_of(line) == settings_of({}));
}

TEST_CASE("the example config file has every setting, and the one above looks at it")
{
    auto const text = example_text();
    auto const uncommented = with_every_default(text);
    for (auto const& option : options()) {
        CAPTURE(option.name);
        std::string const name(option.name);
        auto const is_default = uncommented.find("\n" + name + " = ") != std::string::npos;
        auto const is_example = text.find("\n# For example: " + name + " = ") != std::string::npos;
        CHECK((is_default || is_example) == option.is_setting());
        if (!option.is_setting()) continue;
        CHECK(is_default == !option.standard.value.empty());
        CHECK(is_example == !option.standard.example.empty());
        CommandLine line;
        option.set(line, other_value(option));
        CHECK(settings_of(line) != settings_of({}));
    }
}

TEST_CASE("no line of the example config file is wider than a screen")
{
    std::istringstream lines(example_text());
    for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 100);
}

TEST_CASE("neither a wrong variable nor a wrong config file keeps config from its work")
{
    auto const line =
        parse_command_line({"config"}, {{"ROWBOT_NONE", "1"}, {"ROWBOT_CONFIG", "/none"}});
    CHECK(line.command == "config");
    CHECK_THROWS_WITH_AS(parse_command_line({"config", "--duty", "1"}, {}),
                         "--duty: rowbot config takes no options", ConfigError);
}
