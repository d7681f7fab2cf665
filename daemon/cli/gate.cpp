// SPDX-License-Identifier: MIT
#include "cli/commands.hpp"
#include "cli/stop_signals.hpp"
#include "cli/terminal_text.hpp"
#include "store/state_schema.hpp"
#include "walk/proof.hpp"
#include "walk/recovery.hpp"

namespace rowbot::cli
{
namespace
{

constexpr int most_examples = 5;

/// What the gate asks about: from the state schema, so that any program can ask.
struct Question {
    std::vector<std::string> upgrades{};
    std::string condition{};
    std::vector<std::string> key{};
    std::string refusal{}; ///< Why there is nothing to prove; empty where there is.
    bool cleaned = false;  ///< Proved before, and its name is gone.
};

Question question(Session& session, FoundTarget const& target)
{
    Question asked;
    if (!has_state_schema(session)) return {.refusal = "Rowbot has never run in this database"};
    for (auto const& row : session.exec("SELECT name, state FROM rowbot.upgrade WHERE table_name = "
                                        "$1 AND $2 IN ('', name) ORDER BY name",
                                        {target.name, target.upgrade})) {
        std::string_view const state = row[1].c_str();
        if (!target.upgrade.empty() && state == "cleaned") asked.cleaned = true;
        if (!target.upgrade.empty() || (state != "cleaned" && state != "retired"))
            asked.upgrades.emplace_back(row[0].c_str());
    }
    if (asked.upgrades.empty())
        asked.refusal = target.upgrade.empty()
                            ? "no upgrade of this table is registered"
                            : "nobody has registered an upgrade '" + target.upgrade + "'";
    auto const walk =
        session.exec("SELECT condition FROM rowbot.walk WHERE table_name = $1", {target.name});
    if (!walk.empty()) asked.condition = walk[0][0].c_str();
    for (auto const& row : session.exec("SELECT a.attname FROM pg_catalog.pg_index i JOIN "
                                        "pg_catalog.pg_attribute a ON a.attrelid = i.indrelid "
                                        "AND a.attnum = ANY (i.indkey::int2[]) WHERE i.indrelid = "
                                        "to_regclass($1) AND i.indisprimary",
                                        {target.name}))
        asked.key.emplace_back(row[0].c_str());
    if (asked.key.empty()) asked.key.emplace_back("ctid");
    return asked;
}

/// True where the gate is green.
bool prove(Session& session, FoundTarget const& target, Question const& asked, std::ostream& out)
{
    Work work(session, Purpose::durable);
    auto const counts = look_at(work, target.name, asked.upgrades, {}, asked.condition);
    if (counts.rows_lacking == 0) {
        // A commit that is flushed: what the walk wrote with synchronous_commit = off lies before
        // it.
        work.exec("INSERT INTO rowbot.event (table_name, what, detail) VALUES ($1, 'gate passed', "
                  "nullif($2, ''))",
                  {target.name, target.upgrade});
        work.commit();
        out << printable(target.table) << ": complete";
        if (counts.rows_excluded > 0)
            out << " (" << grouped(counts.rows_excluded) << " rows are left out by its condition)";
        out << "\n";
        return true;
    }
    out << printable(target.table) << ": " << grouped(counts.rows_lacking) << " rows pending\n";
    for (auto const& [name, rows] : counts.lacking)
        if (rows > 0) out << "  " << name << ": " << grouped(rows) << "\n";
    out << "  for example:";
    for (auto const& key :
         examples(work, target.name, asked.key, asked.upgrades, asked.condition, most_examples))
        out << " " << printable(key);
    out << std::endl;
    return false;
}

/// A table that somebody has locked proves nothing yet.
bool prove_or_wait(Session& session, FoundTarget const& target, Question const& asked,
                   std::ostream& out)
{
    try {
        return prove(session, target, asked, out);
    } catch (pqxx::sql_error const& e) {
        if (recovery_for(std::current_exception()) != Recovery::retry) throw;
        out << printable(target.table) << ": cannot be looked at now: " << printable(message_of(e))
            << std::endl;
        return false;
    }
}

} // namespace

ExitCode gate(CommandLine const& line, Program const&, std::ostream& out)
{
    auto const connected = connect(line, "rowbot gate");
    Session& session = *connected;
    StopSignals const signals;
    auto const target = find_target(session, line.arguments.at(0));
    for (auto const stop = signals.token();;) {
        auto const asked = question(session, target);
        auto const began = Clock::system().now();
        if (asked.cleaned) {
            out << printable(target.table) << "/" << target.upgrade
                << ": complete and cleaned up\n";
            return ExitCode::done;
        }
        if (!asked.refusal.empty())
            out << printable(target.table) << ": " << asked.refusal << std::endl;
        else if (prove_or_wait(session, target, asked, out))
            return ExitCode::done;
        if (!line.wait || stop.stop_requested()) return ExitCode::not_yet;
        // Waiting takes a tenth of the server's time at most.
        Clock::system().wait(std::max<std::chrono::nanoseconds>(
                                 std::chrono::seconds{1}, 10 * (Clock::system().now() - began)),
                             stop);
        if (stop.stop_requested()) return ExitCode::not_yet;
    }
}

} // namespace rowbot::cli
