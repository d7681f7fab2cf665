// SPDX-License-Identifier: MIT
#pragma once

// One function a command: what it prints goes to `out`, what it returns is the exit code.

#include "cli/options.hpp"
#include "cli/scope.hpp"
#include "store/session.hpp"

#include <rowbot/migrate.hpp>

#include <ostream>

namespace rowbot::cli
{

/// How a program of ours ends; https://man.openbsd.org/sysexits has the names behind 64 to 78.
enum class ExitCode : int {
    done = 0,
    not_yet = 3,
    asked_wrongly = 64,
    unreachable = 69,
    failed = 70
};

using Tables = std::vector<Table>;
using Migrations = std::vector<Migration>;

/// What this program carries.
struct Program {
    Tables tables{};
    Migrations migrations{}; ///< From memory; empty: those of a folder.
};

ExitCode run(CommandLine const& line, Program const& program, std::ostream& out);
ExitCode dry_run(CommandLine const& line, Program const& program, std::ostream& out);
ExitCode status(CommandLine const& line, Program const& program, std::ostream& out);
ExitCode gate(CommandLine const& line, Program const& program, std::ostream& out);
ExitCode cleanup(CommandLine const& line, Program const& program, std::ostream& out);
ExitCode pause(CommandLine const& line, Program const& program, std::ostream& out);
ExitCode resume(CommandLine const& line, Program const& program, std::ostream& out);
ExitCode probe(CommandLine const& line, Program const& program, std::ostream& out);
ExitCode prepare(CommandLine const& line, Program const& program, std::ostream& out);
ExitCode grant(CommandLine const& line, Program const& program, std::ostream& out);

/// Prints an example config file.
ExitCode example_config(CommandLine const& line, Program const& program, std::ostream& out);
/// Prints a completion script.
ExitCode completion(CommandLine const& line, Program const& program, std::ostream& out);

ExitCode migrate_up(CommandLine const& line, Program const& program, std::ostream& out);
ExitCode migrate_status(CommandLine const& line, Program const& program, std::ostream& out);
ExitCode migrate_verify(CommandLine const& line, Program const& program, std::ostream& out);
ExitCode migrate_new(CommandLine const& line, Program const& program, std::ostream& out);
ExitCode migrate_baseline(CommandLine const& line, Program const& program, std::ostream& out);
ExitCode migrate_repair(CommandLine const& line, Program const& program, std::ostream& out);
ExitCode migrate_adopt(CommandLine const& line, Program const& program, std::ostream& out);
ExitCode migrate_wait(CommandLine const& line, Program const& program, std::ostream& out);
ExitCode migrate_unlock(CommandLine const& line, Program const& program, std::ostream& out);
ExitCode migrate_create_db(CommandLine const& line, Program const& program, std::ostream& out);

/// Connects for a command, waiting as long as --connect-wait allows, and says so on standard error.
/// Throws what the last attempt threw.
std::unique_ptr<Session> connect(CommandLine const& line, std::string const& purpose);

/// A table of the database that a command names.
struct FoundTarget : Target {
    std::string name{}; ///< As the state schema knows it: `public.article`.
};

/// Takes the argument apart and looks the table up. Throws ConfigError where there is no such
/// table.
FoundTarget find_target(Session& session, std::string const& argument);

/// Whether colour is wanted on this output.
bool wants_color(CommandLine const& line, int file_descriptor);

} // namespace rowbot::cli
