// SPDX-License-Identifier: MIT
#include "cli/completion.hpp"

#include <algorithm>
#include <sstream>

namespace rowbot::cli
{
namespace
{

/// fish knows the escapes \\ and \' in single quotes.
std::string fish_quoted(std::string_view text)
{
    std::string result = "'";
    for (char const c : text) {
        if (c == '\'' || c == '\\') result += '\\';
        result += c;
    }
    return result + "'";
}

/// Where the option is offered: ` -n 'CONDITION'`, or nothing for everywhere.
std::string condition(Option const& option, std::string const& function)
{
    if (option.name == "help") return "";
    std::string names;
    if (option.name == "version") names = " \"\"";
    auto const everywhere = option.commands.empty() && option.group == Group::none && names.empty();
    for (auto const& command : commands())
        if (everywhere ? !command.takes_settings
                       : option.set != nullptr && option.matters_to(command.name))
            names += " \"" + std::string(command.name) + "\"";
    return " -n " + fish_quoted((everywhere ? "not " : "") + function + names);
}

std::string values(Option const& option)
{
    if (option.value.empty()) return "";
    if (option.value == "FILE") return " -r -F";
    if (option.value == "DIR") return " -x -a '(__fish_complete_directories (commandline -ct))'";
    std::string words;
    for (auto const& choice : option.choices)
        words += (words.empty() ? "" : " ") + std::string(choice);
    return words.empty() ? " -x" : " -x -a " + fish_quoted(words);
}

constexpr char const* begin = R"fish( -d 'The command of this line is one of these'
    set -l command ''
    set -l value no
    set -l words (commandline -opc)
    set -e words[1]
    for word in $words
        if test $value = yes
            set value no
            continue
        end
        switch $word
            case )fish";

constexpr char const* end = R"fish(
                set value yes
            case '-*'
            case '*'
                if test -z "$command"
                    set command $word
                else if test "$command" = migrate
                    set command "migrate $word"
                end
        end
    end
    contains -- "$command" $argv
end
)fish";

} // namespace

std::string fish_completion(std::string const& program)
{
    std::ostringstream out;
    auto const function = "__" + identifier(program) + "_command_is";
    auto const complete = "complete -c " + fish_quoted(program);
    auto const when = [&](std::string_view command) {
        return complete + " -n " + fish_quoted(function + " \"" + std::string(command) + "\"") +
               " -a ";
    };
    auto patterns = options_with_value();
    patterns.erase(std::remove(patterns.begin(), patterns.end(), '|'), patterns.end());
    out << "# Completes " << program << " in fish.\nfunction " << function << begin << patterns
        << end << complete << " -f\n";
    for (auto const* const command : {"", "migrate"})
        for (auto const& offer : next_words(command))
            out << when(command) << offer.word << " -d " << fish_quoted(offer.text) << '\n';
    for (auto const& command : commands())
        for (auto const& choice : command.choices)
            out << when(command.name) << fish_quoted(choice) << '\n';
    for (auto const list : {first_options(), options()})
        for (auto const& option : list)
            out << complete << condition(option, function) << " -l " << option.name
                << values(option) << " -d " << fish_quoted(option.text) << '\n';
    return out.str();
}

} // namespace rowbot::cli
