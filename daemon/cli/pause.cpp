// SPDX-License-Identifier: MIT
#include "cli/commands.hpp"
#include "cli/terminal_text.hpp"
#include "store/state.hpp"
#include "store/state_schema.hpp"

namespace rowbot::cli
{
namespace
{

/// The table's name in the state schema; empty is every table.
std::string table_of(Session& session, CommandLine const& line)
{
    if (line.arguments.empty()) return "";
    auto const target = find_target(session, line.arguments[0]);
    if (!target.upgrade.empty())
        throw ConfigError(line.arguments[0] +
                          ": a single upgrade cannot be paused; name its table alone");
    return target.name;
}

std::string shown(CommandLine const& line)
{
    return line.arguments.empty() ? "every table" : printable(line.arguments[0]);
}

} // namespace

ExitCode pause(CommandLine const& line, Program const&, std::ostream& out)
{
    auto const connected = connect(line, "rowbot pause");
    Session& session = *connected;
    ensure_state_schema(session);
    auto const table = table_of(session, line);
    auto const until = line.for_ ? "clock_timestamp() + interval '" +
                                       std::to_string(line.for_->count()) + " seconds'"
                                 : "'infinity'::timestamptz";
    Work work(session, Purpose::durable);
    work.exec("INSERT INTO rowbot.control (table_name, paused_until, reason) VALUES ($1, " + until +
                  ", nullif($2, '')) "
                  "ON CONFLICT (table_name) DO UPDATE SET paused_until = excluded.paused_until, "
                  "reason = excluded.reason, "
                  "set_by = excluded.set_by, set_at = excluded.set_at",
              {table, line.reason});
    record_event(work, table, "paused", line.reason);
    work.commit();
    out << shown(line) << ": paused"
        << (line.for_ ? " for " + std::to_string(line.for_->count()) + " s"
                      : std::string(" until resumed"))
        << "\n";
    return ExitCode::done;
}

ExitCode resume(CommandLine const& line, Program const&, std::ostream& out)
{
    auto const connected = connect(line, "rowbot resume");
    Session& session = *connected;
    ensure_state_schema(session);
    auto const table = table_of(session, line);
    Work work(session, Purpose::durable);
    // Without a table everything goes on, also what was paused by name.
    auto const ended =
        work.exec("DELETE FROM rowbot.control WHERE $1 IN ('', table_name) RETURNING 1", {table});
    record_event(work, table, "resumed");
    work.commit();
    auto const reason = pause_reason(session, table);
    out << shown(line) << (ended.empty() ? ": was not paused" : ": resumed")
        << (reason.empty() ? "" : "; every table is " + reason) << "\n";
    return reason.empty() ? ExitCode::done : ExitCode::not_yet;
}

} // namespace rowbot::cli
