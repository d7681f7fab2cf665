// SPDX-License-Identifier: MIT
#include "cli/options.hpp"

#include "cli/awaited_migrations.hpp"
#include "cli/config_file.hpp"
#include "cli/option_table.hpp"
#include "cli/option_values.hpp"

#include <boost/program_options.hpp>

#include <algorithm>
#include <regex>
#include <set>

#include <unistd.h>

namespace rowbot::cli
{
namespace
{

namespace po = boost::program_options;

/// An option as it was given, and where: `--duty`, `ROWBOT_DUTY`, `rowbot.ini:3: duty`.
struct Given {
    Option const* option;
    std::string value;
    std::string where;
};

void set(CommandLine& line, std::vector<Given> const& given)
{
    std::set<std::string_view> seen;
    for (auto const& [option, value, where] : given) {
        if (!option->repeats && !seen.insert(option->name).second)
            throw ConfigError(where + ": given twice; give it once");
        try {
            option->set(line, value);
        } catch (ConfigError const& e) {
            throw ConfigError(where + ": " + e.what());
        }
    }
}

/// The option that a variable or a line of the config file sets.
Option const& setting(std::string const& name, std::string const& where, std::string const& program)
{
    auto const* const option = find_option(name);
    if (option == nullptr)
        throw ConfigError(where + ": no such option; see " + program + " run --help");
    if (!option->is_setting())
        throw ConfigError(where + ": --" + name + " can be given on the command line only");
    return *option;
}

/// For a service named rowbot-orders Kubernetes sets ROWBOT_ORDERS_SERVICE_HOST,
/// ROWBOT_ORDERS_PORT_80_TCP and so on, for one named rowbot ROWBOT_SERVICE_HOST:
/// https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
bool is_foreign(std::string const& name, std::string_view value)
{
    static std::regex const of_service(
        "ROWBOT(_[A-Z0-9_]+)?_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)"
        "?|PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)");
    // …_PORT alone may be meant as a setting; its value tells.
    bool const is_address =
        value.starts_with("tcp://") || value.starts_with("udp://") || value.starts_with("sctp://");
    return name.starts_with("ROWBOT_TEST_") || (name.ends_with("_PORT") && is_address) ||
           std::regex_match(name, of_service);
}

/// An empty variable counts as not set: compose and unit files write them so.
std::vector<Given> from_environment(Environment const& environment, std::string const& program)
{
    std::vector<Given> given;
    for (auto const& [variable, value] : environment) {
        if (!variable.starts_with("ROWBOT_") || variable == "ROWBOT_CONFIG" ||
            is_foreign(variable, value))
            continue;
        auto name = variable.substr(7);
        std::transform(name.begin(), name.end(), name.begin(), [](char c) {
            return c == '_' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        });
        auto const& option = setting(name, variable, program);
        if (!value.empty()) given.push_back({&option, value, variable});
    }
    return given;
}

std::vector<Given> from_file(std::string const& file, std::string const& program)
{
    std::vector<Given> given;
    for (auto const& [name, value, where] : read_config_file(file))
        given.push_back({&setting(name, where + ": " + name, program), value, where + ": " + name});
    return given;
}

std::string variable(Environment const& environment, char const* name)
{
    auto const found = environment.find(name);
    return found == environment.end() ? "" : found->second;
}

po::parsed_options tokens(std::vector<std::string> const& arguments, std::string const& program)
{
    po::options_description description;
    auto add = description.add_options();
    for (auto const list : {first_options(), options()})
        for (auto const& option : list) {
            std::string const name = option.name == "help" ? "help,h" : std::string(option.name);
            if (option.value.empty())
                add(name.c_str(), "");
            else
                add(name.c_str(), po::value<std::string>(), "");
        }
    using namespace po::command_line_style;
    try {
        return po::command_line_parser(arguments)
            .options(description)
            .style(allow_long | long_allow_adjacent | long_allow_next | allow_short |
                   short_allow_next | allow_dash_for_short)
            .run();
    } catch (po::unknown_option const& e) {
        // `--databse=…`: what follows may be a password.
        auto const name = e.get_option_name();
        throw ConfigError(name.substr(0, name.find('=')) + ": no such option; see " + program +
                          " --help");
    } catch (po::error const& e) {
        throw ConfigError(std::string(e.what()) + "; see " + program + " --help");
    }
}

/// The flags; the other arguments go to `line`.
std::vector<Given> from_arguments(std::vector<std::string> const& arguments, CommandLine& line,
                                  std::string& config)
{
    std::vector<Given> given;
    for (auto const& token : tokens(arguments, line.program).options) {
        auto const& name = token.string_key;
        if (token.position_key >= 0)
            line.arguments.insert(line.arguments.end(), token.value.begin(), token.value.end());
        else if (name == "help")
            line.help = true;
        else if (name == "version")
            line.version = true;
        else if (name == "config")
            config = token.value.at(0);
        else
            given.push_back(
                {find_option(name), token.value.empty() ? "" : token.value[0], "--" + name});
    }
    auto const take = [&] {
        auto word = line.arguments.front();
        line.arguments.erase(line.arguments.begin());
        return word;
    };
    if (!line.arguments.empty()) line.command = take();
    if (line.command == "migrate" && !line.arguments.empty()) line.command += " " + take();
    return given;
}

void check_command(CommandLine const& line, std::vector<Given> const& flags)
{
    auto const* const command = find_command(line.command);
    if (line.command.empty())
        throw ConfigError("a command is missing; see " + line.program + " --help");
    if (line.command == "migrate")
        throw ConfigError(line.program + " migrate does what? see " + line.program +
                          " migrate --help");
    if (command == nullptr)
        throw ConfigError("'" + line.command + "' is no command; see " + line.program + " --help");
    for (auto const& flag : flags)
        if (!command->takes_settings)
            throw ConfigError(flag.where + ": " + line.program + " " + line.command +
                              " takes no options");
        else if (!flag.option->belongs_to(line.command)) {
            std::string owners(flag.option->commands);
            auto const between = " or " + line.program + " ";
            for (std::size_t at = 0; (at = owners.find(", ", at)) != std::string::npos;
                 at += between.size())
                owners.replace(at, 2, between);
            throw ConfigError(flag.where + ": " + line.program + " " + line.command +
                              " does not take it; it belongs to " + line.program + " " + owners);
        }
    if (line.arguments.size() < command->least || line.arguments.size() > command->most)
        throw ConfigError(line.program + " " + line.command +
                          (command->most == 0
                               ? " takes no arguments, but '" + line.arguments.front() + "' follows"
                               : " takes one argument: " + line.program + " " + line.command + " " +
                                     std::string(command->arguments)));
    if (!command->choices.empty())
        for (auto const& argument : line.arguments) one_of(argument, command->choices);
}

} // namespace

Environment process_environment()
{
    Environment result;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        std::string const text(*entry);
        auto const equals = text.find('=');
        if (equals != std::string::npos) result[text.substr(0, equals)] = text.substr(equals + 1);
    }
    return result;
}

CommandLine parse_command_line(std::vector<std::string> const& arguments,
                               Environment const& environment, std::string const& program)
{
    CommandLine line;
    line.program = program;
    auto config = variable(environment, "ROWBOT_CONFIG");
    auto const flags = from_arguments(arguments, line, config);
    if (line.help || line.version) return line;
    check_command(line, flags);
    if (!find_command(line.command)->takes_settings) return line;

    line.worker.connection = variable(environment, "DATABASE_URL");
    line.worker.migrations_table.clear();
    if (!variable(environment, "NO_COLOR").empty()) line.color = When::never;
    if (!config.empty()) set(line, from_file(config, program));
    set(line, from_environment(environment, program));
    set(line, flags);
    if (line.worker.migrations_table.empty())
        line.worker.migrations_table = migrations_table(line.migrate);

    bool const has_rows = std::any_of(flags.begin(), flags.end(),
                                      [](auto const& flag) { return flag.option->name == "rows"; });
    if (has_rows && !line.dry_run) throw ConfigError("--rows: belongs to a dry run; add --dry-run");
    return line;
}

} // namespace rowbot::cli
