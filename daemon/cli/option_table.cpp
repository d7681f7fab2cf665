// SPDX-License-Identifier: MIT
#include "cli/option_table.hpp"

#include "cli/option_values.hpp"

#include <algorithm>

namespace rowbot::cli
{
namespace
{

constexpr int most_rows = 100'000;
constexpr int most_migrations = 1'000'000;

constexpr std::string_view begun_answers[] = {"done", "again"};
constexpr std::string_view shells[] = {"bash", "zsh", "fish"};
constexpr std::string_view log_formats[] = {"text", "json"};
constexpr std::string_view log_levels[] = {"debug", "info", "warning", "error"};
constexpr std::string_view purposes[] = {"walk", "read", "watch"};
constexpr std::string_view ready_whens[] = {"migrated", "upgraded"};
constexpr std::string_view paces[] = {"duty", "nanobots"};

/// Every command that reads migrations; with `run`, which waits for them, in front.
constexpr std::string_view running_or_migrating =
    "run, migrate up, migrate status, migrate verify, migrate new, migrate baseline, "
    "migrate repair, migrate adopt, migrate wait, migrate unlock";
constexpr std::string_view migrating = running_or_migrating.substr(5);

// clang-format off
constexpr Option first_option_list[] = {
    {"config", "FILE", "", "a file of lines like batch-rows = 500", {"", "ROWBOT_CONFIG"}, nullptr},
    {"help", "", "", "this text; after a command, its options", {}, nullptr},
    {"version", "", "", "which Rowbot this is", {}, nullptr},
};

constexpr Option option_list[] = {
    {"once", "", "run", "stop when everything is complete, or nothing more can be done", {},
     [](CommandLine& c, std::string const&) { c.worker.once = true; }},
    {"dry-run", "", "run, prepare, migrate up", "change nothing: run shows what a batch would write, prepare its SQL, migrate up its files", {},
     [](CommandLine& c, std::string const&) { c.dry_run = true; }},
    {"rows", "N", "run", "rows of a dry run, 1 to 100000", {"100"},
     [](CommandLine& c, std::string const& v) { c.rows = whole_number(v, 1, most_rows); }},
    {"progress", "WHEN", "run", "progress bars: auto (on a terminal), always, never", {"auto"},
     [](CommandLine& c, std::string const& v) { c.progress = when(v); }, Group::none, whens},
    {"json", "", "status, migrate status", "print JSON", {},
     [](CommandLine& c, std::string const&) { c.json = true; }},
    {"wait", "", "gate, migrate up", "wait until the gate passes, or until the upgrades that a migration requires are complete", {},
     [](CommandLine& c, std::string const&) { c.wait = c.migrate.wait_for_upgrades = true; }},
    {"confirm", "", "cleanup", "yes: no running program carries the name any more", {},
     [](CommandLine& c, std::string const&) { c.confirm = true; }},
    {"for", "DURATION", "pause", "how long the pause holds (2h, 30m)", {"", "until resume"},
     [](CommandLine& c, std::string const& v) { c.for_ = seconds(positive_duration(v)); }},
    {"reason", "TEXT", "pause", "why; status shows it", {},
     [](CommandLine& c, std::string const& v) { c.reason = v; }},
    {"role", "ROLE", "grant", "who gets the rights, as pg_roles has it, without quotes", {},
     [](CommandLine& c, std::string const& v) { c.role = v; }},
    {"purpose", "WHAT", "grant", "walk, read (an application) or watch (status and gate)", {"walk"},
     [](CommandLine& c, std::string const& v) { c.purpose = one_of(v, purposes); }, Group::none, purposes},

    {"to", "N", "migrate up", "the last migration to apply", {"", "all"},
     [](CommandLine& c, std::string const& v) { c.migrate.to = whole_number(v, 0, most_migrations); }},
    {"no-hash-check", "", "migrate up", "go on although applied files have changed; that is recorded", {},
     [](CommandLine& c, std::string const&) { c.migrate.check_hashes = false; }},
    {"assume", "TABLE/UPGRADE", "migrate up", "an upgrade to be taken as complete, for a fresh database", {},
     [](CommandLine& c, std::string const& v) { c.migrate.assume.push_back(v); }, Group::none, {}, true},
    {"exit-code", "", "migrate status", "exit 3 where migrations are to be applied", {},
     [](CommandLine& c, std::string const&) { c.exit_code = true; }},
    {"begun", "ANSWER", "migrate repair", "done or again: what to do with a statement whose end nobody knows", {},
     [](CommandLine& c, std::string const& v) { c.begun = one_of(v, begun_answers); }, Group::none, begun_answers},
    {"from", "DIR", "migrate adopt", "the files of the tool that is replaced: dbmate or golang-migrate", {},
     [](CommandLine& c, std::string const& v) { c.from = v; }},
    {"migrations", "DIR", running_or_migrating, "the folder of the migrations; run, where it is given one, waits until they are applied", {"", "migrations", "/etc/shop/migrations"},
     [](CommandLine& c, std::string const& v) { c.migrate.directory = v; }, Group::migrations},
    {"table", "NAME", migrating, "the migrations table", {"migrations"},
     [](CommandLine& c, std::string const& v) { c.migrate.table = v; }, Group::migrations},
    {"schema", "NAME", running_or_migrating, "the schema to migrate, or a pattern as of LIKE (tenant_%) for several", {"", "the first of the search path", "tenant_%"},
     [](CommandLine& c, std::string const& v) { c.migrate.schema = v; }, Group::migrations},
    {"direct-url", "URL", migrating, "the way around a transaction pooler, for what cannot run in a transaction", {"", "none", "postgresql://rowbot@db.example:5432/shop"},
     [](CommandLine& c, std::string const& v) { c.migrate.direct_connection = v; }, Group::migrations},
    {"lock-timeout", "DURATION", migrating, "PostgreSQL's lock_timeout of each attempt, 0 is none", {"2s"},
     [](CommandLine& c, std::string const& v) { c.migrate.lock_timeout = parse_duration(v); }, Group::migrations},
    {"lock-retry", "DURATION", migrating, "how long a migration's locks are asked for again", {"5m"},
     [](CommandLine& c, std::string const& v) { c.migrate.lock_retry = parse_duration(v); }, Group::migrations},
    {"statement-timeout", "DURATION", migrating, "PostgreSQL's statement_timeout, 0 is none", {"0"},
     [](CommandLine& c, std::string const& v) { c.migrate.statement_timeout = parse_duration(v); }, Group::migrations},
    {"timeout", "DURATION", migrating, "the whole run, 0 is no limit", {"0"},
     [](CommandLine& c, std::string const& v) { c.migrate.timeout = parse_duration(v); }, Group::migrations},

    {"database", "URL", "", "a libpq connection string or URL", {"", "DATABASE_URL, then the PG* variables", "postgresql://rowbot@db.example/shop"},
     [](CommandLine& c, std::string const& v) { c.worker.connection = v; }},
    {"password-file", "FILE", "", "its first line is the password, where the URL has none", {"", "none", "/etc/rowbot/password"},
     [](CommandLine& c, std::string const& v) { c.password_file = v; }},
    {"http", "ENDPOINT", "run, probe", "serve /livez, /readyz, /metrics and /status at PORT (of 127.0.0.1), ADDRESS:PORT or unix:PATH", {"", "none", "9187"},
     [](CommandLine& c, std::string const& v) { c.http = http::parse_endpoint(v); }, Group::service},
    {"ready-when", "WHAT", "run", "when /readyz answers 200: migrated (the schema is up to date), or upgraded (and the upgrades were proved complete)", {"migrated"},
     [](CommandLine& c, std::string const& v) {
         c.ready_when = one_of(v, ready_whens) == "migrated" ? ReadyWhen::migrated : ReadyWhen::upgraded;
     }, Group::service, ready_whens},
    {"stuck-after", "DURATION", "run", "when a walk that neither takes a step nor waits counts as dead, for /livez and systemd's watchdog", {"5m"},
     [](CommandLine& c, std::string const& v) { c.stuck_after = positive_duration(v); }, Group::service},
    {"connect-wait", "DURATION", "", "how long to wait for the database, at start and while it is away; 0 does not wait", {"30s"},
     [](CommandLine& c, std::string const& v) { c.worker.connect_wait = c.migrate.connect_wait = parse_duration(v); }},
    {"log-format", "FORMAT", "", "text or json, one line an event, on standard error", {"text"},
     [](CommandLine& c, std::string const& v) { c.log_format = one_of(v, log_formats); }, Group::none, log_formats},
    {"log-level", "LEVEL", "", "debug (shows values of rows), info, warning or error", {"info"},
     [](CommandLine& c, std::string const& v) { c.log_level = one_of(v, log_levels); }, Group::none, log_levels},
    {"color", "WHEN", "", "auto (on a terminal, unless NO_COLOR is set), always or never", {"auto"},
     [](CommandLine& c, std::string const& v) { c.color = when(v); }, Group::none, whens},

    {"batch-rows", "[SCOPE=]N", "", "the most rows of one batch, 1 to 100000", {"500"},
     [](CommandLine& c, std::string const& v) {
         set_scoped(c.worker.batch_rows, v, [](std::string const& n) { return whole_number(n, 1, most_rows); });
     }, Group::pace, {}, true},
    {"batch-target-ms", "[SCOPE=]MS", "", "how long a batch should take, in milliseconds, 1 to 60000; its size follows", {"150"},
     [](CommandLine& c, std::string const& v) {
         set_scoped(c.worker.batch_target, v,
                    [](std::string const& n) { return std::chrono::milliseconds{whole_number(n, 1, 60'000)}; });
     }, Group::pace, {}, true},
    {"cleanup-batch-rows", "[SCOPE=]N", "", "the most rows from which one statement takes a cleaned-up name, 1 to 100000", {"1000"},
     [](CommandLine& c, std::string const& v) {
         set_scoped(c.worker.cleanup_batch_rows, v, [](std::string const& n) { return whole_number(n, 1, most_rows); });
     }, Group::pace, {}, true},
    {"cleanup-after", "[SCOPE=]DURATION", "", "how long after its proof a name may be cleaned up", {"1d"},
     [](CommandLine& c, std::string const& v) {
         set_scoped(c.worker.cleanup_after, v, [](std::string const& n) { return seconds(parse_duration(n)); });
     }, Group::pace, {}, true},
    {"duty", "SHARE", "", "the share of time spent working, over 0 to 1; 1 never rests", {"0.5"},
     [](CommandLine& c, std::string const& v) { c.worker.duty = share(v); }, Group::pace},
    {"pace", "RULE", "", "duty, or nanobots: rest ten times the last batch, 1 s to 60 s", {"duty"},
     [](CommandLine& c, std::string const& v) {
         c.worker.pace = one_of(v, paces) == "duty" ? Pace::duty : Pace::nanobots;
     }, Group::pace, paces},
    {"max-lag", "DURATION", "", "stop while a standby is further behind; 0 does not look", {"10s"},
     [](CommandLine& c, std::string const& v) { c.worker.max_lag = parse_duration(v); }, Group::pace},
    {"recheck", "DURATION", "", "how often finished tables are asked whether they have changed", {"1m"},
     [](CommandLine& c, std::string const& v) { c.worker.recheck = positive_duration(v); }, Group::pace},
    {"lease", "DURATION", "", "after how long without a sign of life another program takes over", {"15s"},
     [](CommandLine& c, std::string const& v) { c.worker.lease = c.migrate.lease = positive_duration(v); }},
    {"migrations-table", "NAME", "", "where schema migrations are recorded, for upgrades that need one, and for run, which waits for them", {"", "that of --schema and --table", "shop.migrations"},
     [](CommandLine& c, std::string const& v) { c.worker.migrations_table = v; }},
    {"lock-wait", "DURATION", "", "how long run --once waits for its migrations, and for a table that another worker walks or that is paused, and migrate for another program that migrates", {"", "30s, 1m", "1m"},
     [](CommandLine& c, std::string const& v) { c.worker.lock_wait = c.migrate.lock_wait = parse_duration(v); }},
};

constexpr Command command_list[] = {
    {"run", "", 0, 0, "upgrade the rows of the registered tables in the background"},
    {"status", "", 0, 0, "what is done, what is pending, what waits and why"},
    {"gate", "TABLE[/UPGRADE]", 1, 1, "prove that no row is pending: exit 0, or 3 with counts and examples"},
    {"cleanup", "[TABLE[/NAME]]", 0, 1, "let names of finished upgrades be taken out of the rows"},
    {"pause", "[TABLE]", 0, 1, "hold the work on a table, or on all of them"},
    {"resume", "[TABLE]", 0, 1, "end a pause"},
    {"probe", "[PAGE]", 0, 1, "ask a running daemon for a page, /livez or /readyz: exit 0, or 3"},
    {"prepare", "TABLE", 1, 1, "add the column applied_upgrades to a table"},
    {"grant", "TABLE", 1, 1, "print as SQL which rights a role needs"},
    {"migrate up", "", 0, 0, "apply the migrations that are missing"},
    {"migrate status", "", 0, 0, "which migrations are applied, and who is migrating"},
    {"migrate verify", "", 0, 0, "compare the files with what was applied; changes nothing"},
    {"migrate new", "NAME", 1, 1, "create the next file, empty"},
    {"migrate baseline", "N", 1, 1, "record the first N as applied without running them"},
    {"migrate repair", "[N]", 0, 1, "forget a failure; for N, accept its changed file, or begin it again"},
    {"migrate adopt", "", 0, 0, "take over from another migration tool"},
    {"migrate wait", "", 0, 0, "wait until the database is reachable and up to date (--timeout)"},
    {"migrate unlock", "", 0, 0, "take the lock from a program that is dead"},
    {"migrate create-db", "NAME", 1, 1, "create a database, if it is not there"},
    {"config", "", 0, 0, "print an example config file: every setting, with its default", {}, false},
    {"completion", "bash|zsh|fish", 1, 1, "print a script that completes commands and options in a shell", shells, false},
};
// clang-format on

} // namespace

bool Option::belongs_to(std::string_view command) const
{
    auto const* const found = find_command(command);
    if (found != nullptr && !found->takes_settings) return false;
    return commands.empty() ||
           (", " + std::string(commands) + ",").find(", " + std::string(command) + ",") !=
               std::string::npos;
}

bool Option::matters_to(std::string_view command) const
{
    return belongs_to(command) && (!commands.empty() || group == Group::none || command == "run");
}

bool Option::is_setting() const
{
    return commands.empty() || group == Group::service || group == Group::migrations;
}

std::span<Option const> first_options()
{
    return first_option_list;
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
