// SPDX-License-Identifier: MIT
#include "cli/completion.hpp"

#include <sstream>

namespace rowbot::cli
{
namespace
{

std::string escaped(std::string_view text, std::string_view special)
{
    std::string result;
    for (char const c : text) {
        if (special.find(c) != std::string_view::npos) result += '\\';
        result += c;
    }
    return result;
}

/// As _arguments takes it: `--duty=[what it is]:SHARE:`.
std::string argument_spec(Option const& option)
{
    auto text = (option.repeats ? "*--" : "--") + std::string(option.name);
    if (!option.value.empty()) text += '=';
    text += "[" + escaped(option.text, "[]\\") + "]";
    if (option.value.empty()) return quoted(text);
    text += ":" + escaped(option.value, ":\\") + ":";
    if (option.value == "FILE") text += "_files";
    if (option.value == "DIR") text += "_path_files -/";
    if (option.choices.empty()) return quoted(text);
    std::string words;
    for (auto const& choice : option.choices)
        words += (words.empty() ? "" : " ") + std::string(choice);
    return quoted(text + "(" + words + ")");
}

void branch(std::ostream& out, std::string_view command)
{
    out << "    (" << quoted(command) << ")\n        options=(";
    for (auto const* const option : offered(command))
        out << "\n            " << argument_spec(*option);
    out << ")\n";
    auto const* const found = find_command(command);
    if (found != nullptr && !found->choices.empty()) {
        out << "        arguments=(";
        for (auto const& choice : found->choices) out << choice << ' ';
        out << ")\n";
    }
    out << "        ;;\n";
}

void next_words_of(std::ostream& out, std::string const& command)
{
    out << "        (" << quoted(command) << ")\n            offers=(";
    for (auto const& offer : next_words(command))
        out << "\n                "
            << quoted(std::string(offer.word) + ":" + escaped(offer.text, ":\\"));
    out << ")\n            ;;\n";
}

constexpr char const* begin = R"zsh(()
{
    local command='' option='' word
    local -a offers options arguments
    integer i
    for ((i = 2; i < CURRENT; i++)); do
        word=${words[i]}
        if [[ -n $option ]]; then option=''; continue; fi
        case $word in
        ()zsh";

constexpr char const* command_words = R"zsh() option=$word ;;
        (-*) ;;
        (*) if [[ -z $command || $command == migrate ]]; then command+=${command:+ }$word; fi ;;
        esac
    done

    if [[ -z $option && ${words[CURRENT]} != -* && ( -z $command || $command == migrate ) ]]; then
        case $command in
)zsh";

constexpr char const* option_words = R"zsh(        esac
        _describe -t commands command offers
        return
    fi

    case $command in
)zsh";

constexpr char const* end = R"zsh(    esac
    _arguments $options "*:argument:($arguments)"
}
)zsh";

} // namespace

std::string zsh_completion(std::string const& program)
{
    std::ostringstream out;
    auto const function = "_" + identifier(program);
    out << "#compdef " << program << "\n# Completes " << program << " in zsh.\n"
        << function << begin << options_with_value() << command_words;
    next_words_of(out, "");
    next_words_of(out, "migrate");
    out << option_words;
    branch(out, "");
    branch(out, "migrate");
    for (auto const& command : commands()) branch(out, command.name);
    // As a file _NAME in $fpath the text is the function itself, and called.
    out << end << "if [[ $funcstack[1] == " << quoted("_" + program) << " ]]; then\n    "
        << function << " \"$@\"\nelse\n    compdef " << function << ' ' << quoted(program)
        << "\nfi\n";
    return out.str();
}

} // namespace rowbot::cli
