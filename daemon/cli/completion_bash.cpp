// SPDX-License-Identifier: MIT
#include "cli/completion.hpp"

#include <sstream>

namespace rowbot::cli
{
namespace
{

template <class Words> std::string joined(Words const& words)
{
    std::string result;
    for (auto const& word : words) result += (result.empty() ? "" : " ") + std::string(word);
    return result;
}

/// What a command takes.
std::string branch(std::string_view command)
{
    std::vector<std::string> words;
    auto const* const found = find_command(command);
    if (found != nullptr) words.assign(found->choices.begin(), found->choices.end());
    for (auto const* const option : offered(command))
        words.push_back("--" + std::string(option->name));
    return "        " + quoted(command) + ") words=" + quoted(joined(words)) + " ;;\n";
}

/// What the value of an option may be.
void values(std::ostream& out, Option const& option)
{
    auto const pattern = "        --" + std::string(option.name) + ") ";
    if (!option.choices.empty())
        out << pattern << "words=" << quoted(joined(option.choices)) << " ;;\n";
    else if (option.value == "FILE")
        out << pattern << "files='file' ;;\n";
    else if (option.value == "DIR")
        out << pattern << "files='directory' ;;\n";
}

void next_words_of(std::ostream& out, std::string const& command)
{
    std::vector<std::string_view> words;
    for (auto const& offer : next_words(command)) words.push_back(offer.word);
    out << "        " << quoted(command) << ") words=" << quoted(joined(words)) << " ;;\n";
}

// Where a word holds a =, bash passes it in three parts; see COMP_WORDBREAKS in its manual.
constexpr char const* begin = R"bash(()
{
    local current=${COMP_WORDS[COMP_CWORD]} command='' option='' words='' files='' word i
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ -n $option ]]; then
            if [[ $word != = ]]; then option=''; fi
            continue
        fi
        case $word in
        )bash";

constexpr char const* option_values = R"bash() option=$word ;;
        -*) ;;
        =) ((i++)) ;;
        *) if [[ -z $command || $command == migrate ]]; then command+=${command:+ }$word; fi ;;
        esac
    done
    if [[ $current == = ]]; then current=''; fi

    if [[ -n $option ]]; then
        case $option in
)bash";

constexpr char const* command_words = R"bash(        esac
    elif [[ $current != -* && ( -z $command || $command == migrate ) ]]; then
        case $command in
)bash";

constexpr char const* option_words = R"bash(        esac
    else
        case $command in
)bash";

constexpr char const* end = R"bash(        esac
    fi

    if [[ -n $files ]]; then
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -A "$files" -- "$current")
    else
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
    fi
}
)bash";

} // namespace

std::string bash_completion(std::string const& program)
{
    std::ostringstream out;
    auto const function = "_" + identifier(program);
    out << "# Completes " << program << " in bash.\n"
        << function << begin << options_with_value() << option_values;
    for (auto const list : {first_options(), options()})
        for (auto const& option : list) values(out, option);
    out << command_words;
    next_words_of(out, "");
    next_words_of(out, "migrate");
    out << option_words << branch("") << branch("migrate");
    for (auto const& command : commands()) out << branch(command.name);
    out << end << "complete -F " << function << ' ' << quoted(program) << '\n';
    return out.str();
}

} // namespace rowbot::cli
