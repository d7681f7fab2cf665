// SPDX-License-Identifier: MIT
#include "cli/completion.hpp"

#include "cli/commands.hpp"

#include <algorithm>

namespace rowbot::cli
{

std::vector<Option const*> offered(std::string_view command)
{
    std::vector<Option const*> result;
    auto const* const found = find_command(command);
    for (auto const& option : first_options())
        if (option.name == "help" || (option.name == "version" && command.empty()) ||
            (option.name == "config" && (found == nullptr || found->takes_settings)))
            result.push_back(&option);
    for (auto const& option : options())
        if (command.empty() ? option.commands.empty() && option.group == Group::none
                            : option.matters_to(command))
            result.push_back(&option);
    return result;
}

std::vector<Offer> next_words(std::string_view command)
{
    std::vector<Offer> result;
    for (auto const& each : commands()) {
        auto const space = each.name.find(' ');
        if (command.empty() && space == std::string_view::npos)
            result.push_back({each.name, each.text});
        else if (!command.empty() && each.name.starts_with(std::string(command) + " "))
            result.push_back({each.name.substr(space + 1), each.text});
    }
    if (command.empty()) result.push_back({"migrate", "schema migrations"});
    return result;
}

std::string options_with_value()
{
    std::string result;
    for (auto const list : {first_options(), options()})
        for (auto const& option : list)
            if (!option.value.empty())
                result += (result.empty() ? "--" : " | --") + std::string(option.name);
    return result;
}

std::string identifier(std::string const& program)
{
    auto result = program;
    std::replace_if(
        result.begin(), result.end(),
        [](char c) {
            return !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9');
        },
        '_');
    return result;
}

std::string quoted(std::string_view text)
{
    std::string result = "'";
    for (char const c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return result + "'";
}

ExitCode completion(CommandLine const& line, Program const&, std::ostream& out)
{
    auto const& shell = line.arguments.at(0);
    out << (shell == "bash"  ? bash_completion(line.program)
            : shell == "zsh" ? zsh_completion(line.program)
                             : fish_completion(line.program));
    return ExitCode::done;
}

} // namespace rowbot::cli
