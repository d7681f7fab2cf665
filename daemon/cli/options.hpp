// SPDX-License-Identifier: MIT
#pragma once

// What was asked for: flags win over ROWBOT_* variables, these over the config file (--config,
// ROWBOT_CONFIG), and DATABASE_URL comes last. Values for a table or an upgrade are merged in that
// order, scope by scope. A variable ROWBOT_BATCH_ROWS and a line `batch-rows = 500` in the file
// mean
// --batch-rows; only the options that every command takes can stand there. An unknown ROWBOT_ name
// is an error, except ROWBOT_TEST_* and what Kubernetes sets for a service named rowbot.

#include "http/endpoint.hpp"

#include <rowbot/migrate.hpp>
#include <rowbot/readiness.hpp>
#include <rowbot/worker.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rowbot::cli
{

enum class When : char { automatic, always, never };

struct CommandLine {
    std::string program = "rowbot"; ///< What the program is called: `dictionary-daemon`.
    std::string command{};          ///< `run`, `migrate up`.
    std::vector<std::string> arguments{};
    WorkerOptions worker{};
    MigrateOptions migrate{}; ///< Its connection is the worker's; its schema may be a pattern.
    bool dry_run = false;
    int rows = 100; ///< How many rows a dry run reads.
    bool json = false;
    bool wait = false;
    bool confirm = false;
    std::optional<std::chrono::seconds> for_{}; ///< How long a pause holds; none: until resumed.
    std::string reason{};
    std::string role{};              ///< `grant`: who gets the rights.
    std::string purpose = "walk";    ///< `grant`: "walk", "read" or "watch".
    bool exit_code = false;          ///< `migrate status` exits 3 where something is to be applied.
    std::string begun{};             ///< `migrate repair`: "done", "again", or empty.
    std::string from{};              ///< `migrate adopt`: the other tool's folder.
    std::string password_file{};     ///< Its first line is the password; see password_file.hpp.
    std::string log_format = "text"; ///< "text" or "json".
    std::string log_level = "info";  ///< "debug", "info", "warning" or "error".
    When progress = When::automatic;
    When color = When::automatic; ///< Never, where NO_COLOR is set and --color is not given.
    std::optional<http::Endpoint> http{}; ///< Where `run` serves its pages; none: nowhere.
    ReadyWhen ready_when = ReadyWhen::migrated;
    std::chrono::milliseconds stuck_after{std::chrono::minutes{5}};
    bool help = false; ///< Print help_text(command); nothing else was checked.
    bool version = false;
};

using Environment = std::map<std::string, std::string>;

/// The variables of this process.
Environment process_environment();

/// `arguments` without the program's name, which is `program`. Throws ConfigError, which names the
/// option, where it stands (flag, variable, or file and line), and what is allowed.
CommandLine parse_command_line(std::vector<std::string> const& arguments,
                               Environment const& environment,
                               std::string const& program = "rowbot");

/// `rowbot --help`, or, for a command, `rowbot COMMAND --help`.
std::string help_text(std::string const& command = {}, std::string const& program = "rowbot");

} // namespace rowbot::cli
