// SPDX-License-Identifier: MIT
#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "cli/stop_signals.hpp"
#include "cli/terminal_text.hpp"
#include "store/state.hpp"
#include "store/state_schema.hpp"

#include <algorithm>

namespace rowbot::cli
{
namespace
{

/// The names that are retired but not yet cleaned up, as Table values without upgrades.
Tables retired(Session& session, CommandLine const& line)
{
    FoundTarget target;
    if (!line.arguments.empty()) target = find_target(session, line.arguments[0]);
    Tables tables;
    std::vector<std::string> names;
    auto const found = session.exec("SELECT u.table_name, u.name, w.condition FROM rowbot.upgrade "
                                    "u JOIN rowbot.walk w USING (table_name) "
                                    "WHERE u.state = 'retired' AND $1 IN ('', u.table_name) AND $2 "
                                    "IN ('', u.name) ORDER BY 1, 2",
                                    {target.name, target.upgrade});
    for (auto const& row : found) {
        if (tables.empty() || tables.back().name != row[0].c_str()) {
            names.clear();
            tables.push_back({.name = row[0].c_str(), .where = row[2].c_str()});
        }
        names.emplace_back(row[1].c_str());
        tables.back().cleanups = names;
    }
    return tables;
}

/// Right where everything is cleaned up; a name that no program lists among its cleanups is not.
ExitCode nothing_retired(Session& session, CommandLine const& line, std::ostream& out)
{
    FoundTarget target;
    if (!line.arguments.empty()) target = find_target(session, line.arguments[0]);
    auto const found = session.exec("SELECT state FROM rowbot.upgrade WHERE table_name = $1 AND "
                                    "name = $2",
                                    {target.name, target.upgrade});
    bool const cleaned = !found.empty() && found[0][0].c_str() == std::string_view("cleaned");
    if (target.upgrade.empty() || cleaned) {
        out << "no name waits to be cleaned up\n";
        return ExitCode::done;
    }
    out << printable(target.table) << "/" << target.upgrade << ": "
        << (found.empty() ? "nobody has registered it" : "it is no cleanup, but an upgrade")
        << "; list it among the cleanups of its table and run that program\n";
    return ExitCode::not_yet;
}

void confirm(Session& session, Table const& table, std::string const& name)
{
    Work work(session, Purpose::durable);
    work.exec("UPDATE rowbot.upgrade SET cleanup_confirmed_at = now() WHERE table_name = $1 AND "
              "name = $2 AND state = 'retired'",
              {table.name, name});
    record_event(work, table.name, "cleanup confirmed", name);
    work.commit();
}

} // namespace

ExitCode cleanup(CommandLine const& line, Program const& program, std::ostream& out)
{
    auto const connected = connect(line, "rowbot cleanup");
    Session& session = *connected;
    StopSignals const signals;
    ensure_state_schema(session);
    // A program that was never run may confirm its cleanups all the same.
    for (auto const& known : look_up(session, program.tables)) {
        Work work(session, Purpose::durable);
        register_table(work, known);
        work.commit();
    }
    auto const tables = retired(session, line);
    if (tables.empty()) return nothing_retired(session, line, out);
    bool held = false;
    for (auto const& table : tables) {
        for (auto const& name : table.cleanups) {
            if (line.confirm) confirm(session, table, name);
            auto const why = cleanup_hindrance(
                session, table.name, name, line.worker.cleanup_after.smallest(table.name, {name}),
                line.worker.lease);
            out << printable(table.name) << "/" << name << ": "
                << (why.empty() ? "may be cleaned up" : why) << "\n";
            held |= !why.empty();
        }
    }
    if (!line.confirm) return held ? ExitCode::not_yet : ExitCode::done;
    auto options = line.worker;
    options.once = true;
    auto const observer = make_observer(line, process_environment(), Clock::system());
    auto const outcome = Worker(options, tables, *observer).run(signals.token());
    if (outcome == Outcome::not_yet)
        out << "another worker has the table; it cleans up what was confirmed\n";
    if (outcome == Outcome::unreachable) return ExitCode::unreachable;
    if (outcome == Outcome::failed || outcome == Outcome::rows_failed) return ExitCode::failed;
    return held || outcome == Outcome::not_yet ? ExitCode::not_yet : ExitCode::done;
}

} // namespace rowbot::cli
