// SPDX-License-Identifier: MIT
#include "cli/option_table.hpp"

#include "cli/option_values.hpp"

#include <algorithm>

namespace rowbot::cli
{
namespace
{

constexpr int most_rows = 100'000;

// clang-format off
Option const option_list[] = {
    {"once", "", "run", "stop when everything is complete, or nothing more can be done",
     [](CommandLine& c, std::string const&) { c.worker.once = true; }},
    {"dry-run", "", "run prepare", "change nothing: run shows what a batch would write, prepare its SQL",
     [](CommandLine& c, std::string const&) { c.dry_run = true; }},
    {"rows", "N", "run", "rows of a dry run, 1 to 100000; default 100",
     [](CommandLine& c, std::string const& v) { c.rows = whole_number(v, 1, most_rows); }},
    {"progress", "WHEN", "run", "progress bars: auto (on a terminal), always, never; default auto",
     [](CommandLine& c, std::string const& v) { c.progress = when(v); }},
    {"json", "", "status", "print JSON",
     [](CommandLine& c, std::string const&) { c.json = true; }},
    {"wait", "", "gate", "wait until the gate passes",
     [](CommandLine& c, std::string const&) { c.wait = true; }},
    {"confirm", "", "cleanup", "yes: no running program carries the name any more",
     [](CommandLine& c, std::string const&) { c.confirm = true; }},
    {"for", "DURATION", "pause", "how long the pause holds (2h, 30m); default until resume",
     [](CommandLine& c, std::string const& v) { c.for_ = seconds(positive_duration(v)); }},
    {"reason", "TEXT", "pause", "why; status shows it",
     [](CommandLine& c, std::string const& v) { c.reason = v; }},

    {"database", "URL", "", "a libpq connection string or URL; default DATABASE_URL, then the PG* variables",
     [](CommandLine& c, std::string const& v) { c.worker.connection = v; }},
    {"connect-wait", "DURATION", "", "how long to wait for the database, at start and while it is away; 0 does not wait; default 30s",
     [](CommandLine& c, std::string const& v) { c.worker.connect_wait = parse_duration(v); }},
    {"log-format", "FORMAT", "", "text or json, one line an event, on standard error; default text",
     [](CommandLine& c, std::string const& v) { c.log_format = one_of(v, {"text", "json"}); }},
    {"log-level", "LEVEL", "", "debug (shows values of rows), info, warning or error; default info",
     [](CommandLine& c, std::string const& v) { c.log_level = one_of(v, {"debug", "info", "warning", "error"}); }},
    {"color", "WHEN", "", "auto (on a terminal, unless NO_COLOR is set), always or never; default auto",
     [](CommandLine& c, std::string const& v) { c.color = when(v); }},

    {"batch-rows", "[SCOPE=]N", "", "the most rows of one batch, 1 to 100000; default 500",
     [](CommandLine& c, std::string const& v) {
         set_scoped(c.worker.batch_rows, v, [](std::string const& n) { return whole_number(n, 1, most_rows); });
     }, true, true},
    {"batch-target-ms", "[SCOPE=]MS", "", "how long a batch should take, in milliseconds, 1 to 60000; its size follows; default 150",
     [](CommandLine& c, std::string const& v) {
         set_scoped(c.worker.batch_target, v,
                    [](std::string const& n) { return std::chrono::milliseconds{whole_number(n, 1, 60'000)}; });
     }, true, true},
    {"cleanup-batch-rows", "[SCOPE=]N", "", "the most rows from which one statement takes a cleaned-up name, 1 to 100000; default 1000",
     [](CommandLine& c, std::string const& v) {
         set_scoped(c.worker.cleanup_batch_rows, v, [](std::string const& n) { return whole_number(n, 1, most_rows); });
     }, true, true},
    {"cleanup-after", "[SCOPE=]DURATION", "", "how long after its proof a name may be cleaned up; default 1d",
     [](CommandLine& c, std::string const& v) {
         set_scoped(c.worker.cleanup_after, v, [](std::string const& n) { return seconds(parse_duration(n)); });
     }, true, true},
    {"duty", "SHARE", "", "the share of time spent working, over 0 to 1; 1 never rests; default 0.5",
     [](CommandLine& c, std::string const& v) { c.worker.duty = share(v); }, false, true},
    {"pace", "RULE", "", "duty, or nanobots: rest ten times the last batch, 1 s to 60 s; default duty",
     [](CommandLine& c, std::string const& v) {
         c.worker.pace = one_of(v, {"duty", "nanobots"}) == "duty" ? Pace::duty : Pace::nanobots;
     }, false, true},
    {"max-lag", "DURATION", "", "stop while a standby is further behind; 0 does not look; default 10s",
     [](CommandLine& c, std::string const& v) { c.worker.max_lag = parse_duration(v); }, false, true},
    {"recheck", "DURATION", "", "how often finished tables are asked whether they have changed; default 1m",
     [](CommandLine& c, std::string const& v) { c.worker.recheck = positive_duration(v); }, false, true},
    {"lease", "DURATION", "", "after how long without a sign of life another worker takes a table over; default 15s",
     [](CommandLine& c, std::string const& v) { c.worker.lease = positive_duration(v); }, false, true},
    {"lock-wait", "DURATION", "", "with --once: how long to wait for a table that another worker walks or that is paused; default 30s",
     [](CommandLine& c, std::string const& v) { c.worker.lock_wait = parse_duration(v); }, false, true},
};

constexpr Command command_list[] = {
    {"run", "", 0, 0, "upgrade the rows of the registered tables in the background"},
    {"status", "", 0, 0, "what is done, what is pending, what waits and why"},
    {"gate", "TABLE[/UPGRADE]", 1, 1, "prove that no row is pending: exit 0, or 3 with counts and examples"},
    {"cleanup", "[TABLE[/NAME]]", 0, 1, "let names of finished upgrades be taken out of the rows"},
    {"pause", "[TABLE]", 0, 1, "hold the work on a table, or on all of them"},
    {"resume", "[TABLE]", 0, 1, "end a pause"},
    {"prepare", "TABLE", 1, 1, "add the column applied_upgrades to a table"},
};
// clang-format on

} // namespace

bool Option::belongs_to(std::string_view command) const
{
    return commands.empty() ||
           (" " + std::string(commands) + " ").find(" " + std::string(command) + " ") !=
               std::string::npos;
}

std::span<Option const> options()
{
    return option_list;
}

Option const* find_option(std::string_view name)
{
    auto const found = std::find_if(std::begin(option_list), std::end(option_list),
                                    [&](auto const& option) { return option.name == name; });
    return found == std::end(option_list) ? nullptr : found;
}

std::span<Command const> commands()
{
    return command_list;
}

Command const* find_command(std::string_view name)
{
    auto const found = std::find_if(std::begin(command_list), std::end(command_list),
                                    [&](auto const& command) { return command.name == name; });
    return found == std::end(command_list) ? nullptr : found;
}

} // namespace rowbot::cli
