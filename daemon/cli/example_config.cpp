// SPDX-License-Identifier: MIT
#include "cli/commands.hpp"
#include "cli/option_table.hpp"

#include <sstream>

namespace rowbot::cli
{
namespace
{

constexpr std::size_t width = 100;

constexpr struct {
    Group group;
    char const* title;
} parts[] = {{Group::none, "For every command"},
             {Group::service, "The service"},
             {Group::pace, "Batches and pace of run"},
             {Group::migrations, "Schema migrations"}};

/// As a comment of several lines.
std::string comment(std::string const& text)
{
    std::istringstream words(text);
    std::string lines, line = "#", word;
    while (words >> word) {
        if (line.size() + 1 + word.size() > width) {
            lines += line + "\n";
            line = "#";
        }
        line += " " + word;
    }
    return lines + line + "\n";
}

/// Only a default is `#name = value`, so that to remove the # in front of each changes nothing.
std::string setting(Option const& option)
{
    std::string const name(option.name);
    auto text = std::string(option.value) + ": " + std::string(option.text);
    if (!option.standard.value.empty())
        return comment(text) + "#" + name + " = " + std::string(option.standard.value) + "\n";
    if (!option.standard.words.empty()) text += "; default " + std::string(option.standard.words);
    return comment(text) + "# For example: " + name + " = " + std::string(option.standard.example) +
           "\n";
}

} // namespace

ExitCode example_config(CommandLine const& line, Program const&, std::ostream& out)
{
    out << comment("Every setting of " + line.program +
                   ", with its default. Remove the # in front "
                   "of one to change it.")
        << comment(
               "The file is that of --config FILE or of the variable ROWBOT_CONFIG; all "
               "commands may share it. A flag (--batch-rows) and a variable (ROWBOT_BATCH_ROWS) "
               "count before a line here.")
        << comment("A DURATION is 250ms, 10s, 5m, 2h, 1d, or a number of seconds; a SCOPE is a "
                   "table or TABLE/UPGRADE, as in: batch-rows = 500, article=200");
    for (auto const& [group, title] : parts) {
        std::ostringstream text;
        for (auto const& option : options())
            if (option.is_setting() && option.group == group) text << '\n' << setting(option);
        if (!text.str().empty()) out << "\n# " << title << '\n' << text.str();
    }
    return ExitCode::done;
}

} // namespace rowbot::cli
