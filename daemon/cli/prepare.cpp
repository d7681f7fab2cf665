// SPDX-License-Identifier: MIT
#include "cli/commands.hpp"
#include "cli/terminal_text.hpp"
#include "store/catalog.hpp"
#include "walk/recovery.hpp"

#include <random>

namespace rowbot::cli
{
namespace
{

using namespace std::chrono_literals;

/// None: the table has no such column.
std::optional<std::string> column_type(Session& session, std::string const& table)
{
    auto const found = session.exec(
        "SELECT pg_catalog.format_type(atttypid, atttypmod) FROM pg_catalog.pg_attribute "
        "WHERE attrelid = to_regclass($1) AND attname = 'applied_upgrades' AND NOT attisdropped",
        {table});
    if (found.empty()) return std::nullopt;
    return found[0][0].c_str();
}

} // namespace

ExitCode prepare(CommandLine const& line, Program const&, std::ostream& out)
{
    auto const connected = connect(line, "rowbot prepare");
    Session& session = *connected;
    auto const target = parse_target(line.arguments.at(0));
    auto const name = table_name(session, target.table);
    // A constant default changes the catalogue only, no row (PostgreSQL 11 and later).
    auto const sql =
        "ALTER TABLE " + name + " ADD COLUMN applied_upgrades text[] NOT NULL DEFAULT '{}'";
    if (auto const type = column_type(session, name)) {
        if (*type != "text[]")
            throw ConfigError(target.table + ": it has a column applied_upgrades of type " + *type +
                              "; Rowbot needs text[]: rename that column first");
        out << printable(target.table) << ": has its column applied_upgrades already\n";
        return ExitCode::done;
    }
    if (line.dry_run) {
        out << "SET lock_timeout = '" << session.lock_timeout().count() << "ms';\n" << sql << ";\n";
        return ExitCode::done;
    }
    // ALTER TABLE waits for whoever reads the table, and everybody else waits behind it: so it
    // waits only a moment, lets the others pass, and tries again.
    auto const began = Clock::system().now();
    std::minstd_rand random(std::random_device{}());
    for (auto pause = 200ms;; pause = std::min(pause * 2, 5000ms)) {
        try {
            Work work(session, Purpose::durable);
            work.exec(sql);
            work.commit();
            out << printable(target.table) << ": added the column applied_upgrades\n";
            return ExitCode::done;
        } catch (pqxx::failure const&) {
            if (recovery_for(std::current_exception()) != Recovery::retry) throw;
        }
        if (Clock::system().now() - began >= line.worker.lock_wait) {
            out << printable(target.table)
                << ": the table was locked all the time (--lock-wait); nothing was changed, try "
                   "again\n";
            return ExitCode::not_yet;
        }
        Clock::system().wait(std::chrono::milliseconds{std::uniform_int_distribution<std::int64_t>(
                                 pause.count() / 2, pause.count())(random)},
                             {});
    }
}

} // namespace rowbot::cli
