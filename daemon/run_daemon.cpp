// SPDX-License-Identifier: MIT
#include <rowbot/run_daemon.hpp>

#include "cli/commands.hpp"
#include "cli/password.hpp"
#include "cli/terminal_text.hpp"
#include "walk/recovery.hpp"

#include <iostream>

namespace rowbot
{
namespace
{

using cli::ExitCode;

using Command = ExitCode (*)(cli::CommandLine const&, cli::Tables const&, std::ostream&);

constexpr struct {
    char const* name;
    Command function;
} commands[] = {{"run", cli::run},         {"status", cli::status}, {"gate", cli::gate},
                {"cleanup", cli::cleanup}, {"pause", cli::pause},   {"resume", cli::resume},
                {"prepare", cli::prepare}};

ExitCode dispatch(std::vector<std::string> const& arguments, std::vector<Table> const& tables)
{
    auto const line = cli::parse_command_line(arguments, cli::process_environment());
    if (line.version)
        std::cout << "rowbot " ROWBOT_VERSION "\n";
    else if (line.help)
        std::cout << cli::help_text(line.command);
    if (line.version || line.help) return ExitCode::done;
    validate(tables);
    for (auto const& [name, function] : commands)
        if (line.command == name) return function(line, tables, std::cout);
    throw ConfigError("no command was given; see --help");
}

ExitCode complain(std::exception const& error, ExitCode code)
{
    std::cerr << "rowbot: " << cli::printable(cli::without_password(message_of(error))) << '\n';
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
ExitCode run_safely(std::vector<std::string> const& arguments, std::vector<Table> const& tables)
{
    try {
        return dispatch(arguments, tables);
    } catch (ConfigError const& e) {
        return complain(e, ExitCode::asked_wrongly);
    } catch (pqxx::failure const& e) {
        return complain(e, exit_code(recovery_for(std::current_exception())));
    } catch (std::exception const& e) {
        return complain(e, ExitCode::failed);
    }
}

} // namespace

int run_daemon(int argc, char* argv[], std::vector<Table> tables)
{
    std::vector<std::string> const arguments(argv + std::min(argc, 1), argv + argc);
    return static_cast<int>(run_safely(arguments, tables));
}

} // namespace rowbot
