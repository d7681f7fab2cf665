// SPDX-License-Identifier: MIT
#include <rowbot/run_daemon.hpp>

#include "cli/commands.hpp"
#include "cli/connection_string.hpp"
#include "cli/password_file.hpp"
#include "cli/terminal_text.hpp"
#include "store/password.hpp"
#include "walk/recovery.hpp"

#include <algorithm>
#include <filesystem>
#include <iostream>

namespace rowbot
{
namespace
{

using cli::ExitCode;

using Command = ExitCode (*)(cli::CommandLine const&, cli::Program const&, std::ostream&);

constexpr struct {
    char const* name;
    Command function;
} commands[] = {{"run", cli::run},
                {"status", cli::status},
                {"gate", cli::gate},
                {"cleanup", cli::cleanup},
                {"pause", cli::pause},
                {"resume", cli::resume},
                {"prepare", cli::prepare},
                {"probe", cli::probe},
                {"config", cli::example_config},
                {"completion", cli::completion},
                {"grant", cli::grant},
                {"migrate up", cli::migrate_up},
                {"migrate status", cli::migrate_status},
                {"migrate verify", cli::migrate_verify},
                {"migrate new", cli::migrate_new},
                {"migrate baseline", cli::migrate_baseline},
                {"migrate repair", cli::migrate_repair},
                {"migrate adopt", cli::migrate_adopt},
                {"migrate wait", cli::migrate_wait},
                {"migrate unlock", cli::migrate_unlock},
                {"migrate create-db", cli::migrate_create_db}};

/// Commands that never connect: a password that is not there is nothing to them.
constexpr std::string_view offline[] = {"migrate new", "probe", "completion", "config"};

/// Before anything connects, and before any thread starts: it sets a variable of this process.
void prepare_to_connect(cli::CommandLine const& line)
{
    if (std::find(std::begin(offline), std::end(offline), line.command) != std::end(offline))
        return;
    for (auto const& connection : {line.worker.connection, line.migrate.direct_connection})
        cli::check_connection_string(connection);
    // libpq would wait for ever for a server that accepts a connection and says nothing.
    setenv("PGCONNECT_TIMEOUT", "10", 0);
    if (!line.password_file.empty()) cli::use_password_file(line.password_file);
}

/// What the program was called by, without its folder.
std::string name_of(char const* called)
{
    auto const name = std::filesystem::path(called).filename().string();
    return name.empty() ? "rowbot" : name;
}

ExitCode dispatch(std::string const& called, std::vector<std::string> const& arguments,
                  cli::Program const& program)
{
    auto const line = cli::parse_command_line(arguments, cli::process_environment(), called);
    if (line.version)
        std::cout << "rowbot " ROWBOT_VERSION "\n";
    else if (line.help)
        std::cout << cli::help_text(line.command, called);
    if (line.version || line.help) return ExitCode::done;
    validate(program.tables);
    prepare_to_connect(line);
    for (auto const& [name, function] : commands)
        if (line.command == name) return function(line, program, std::cout);
    throw ConfigError("no command was given; see --help");
}

ExitCode complain(std::string const& name, std::exception const& error, ExitCode code)
{
    std::cerr << cli::printable(name + ": " + without_password(message_of(error))) << '\n';
    return code;
}

/// A lock that somebody held for too long, or a deadlock, is nobody's fault: try again.
ExitCode exit_code(Recovery recovery)
{
    return recovery == Recovery::reconnect ? ExitCode::unreachable
           : recovery == Recovery::retry   ? ExitCode::not_yet
                                           : ExitCode::failed;
}

/// All that can be thrown, and the exit code that it means.
ExitCode run_safely(std::string const& name, std::vector<std::string> const& arguments,
                    cli::Program const& program)
{
    try {
        return dispatch(name, arguments, program);
    } catch (ConfigError const& e) {
        return complain(name, e, ExitCode::asked_wrongly);
    } catch (NotYetError const& e) {
        return complain(name, e, ExitCode::not_yet);
    } catch (pqxx::failure const& e) {
        return complain(name, e, exit_code(recovery_for(std::current_exception())));
    } catch (std::exception const& e) {
        return complain(name, e, ExitCode::failed);
    }
}

} // namespace

int run_daemon(int argc, char* argv[], std::vector<Table> tables, std::vector<Migration> migrations)
{
    std::vector<std::string> const arguments(argv + std::min(argc, 1), argv + argc);
    auto const name = name_of(argc > 0 ? argv[0] : "");
    blank_passwords(argc, argv);
    return static_cast<int>(
        run_safely(name, arguments, {std::move(tables), std::move(migrations)}));
}

} // namespace rowbot
