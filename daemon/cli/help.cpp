// SPDX-License-Identifier: MIT
#include "cli/option_table.hpp"

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/value_semantic.hpp>

#include <sstream>

namespace rowbot::cli
{
namespace
{

namespace po = boost::program_options;

constexpr unsigned width = 100;
constexpr std::string_view everywhere = "Everywhere";

std::string with_default(Option const& option)
{
    std::string const standard(option.standard.shown());
    return std::string(option.text) + (standard.empty() ? "" : "; default " + standard);
}

template <class Wanted> std::string group(std::string_view title, Wanted wanted)
{
    po::options_description description(std::string(title), width, width / 2);
    if (title == everywhere)
        description.add_options()("config", po::value<std::string>()->value_name("FILE"),
                                  "a file of lines like batch-rows = 500; default ROWBOT_CONFIG");
    bool empty = true;
    for (auto const& option : options()) {
        if (!wanted(option)) continue;
        empty = false;
        std::string const name(option.name), text = with_default(option), value(option.value);
        if (value.empty())
            description.add_options()(name.c_str(), text.c_str());
        else
            description.add_options()(name.c_str(), po::value<std::string>()->value_name(value),
                                      text.c_str());
    }
    if (empty) return {};
    std::ostringstream out;
    out << '\n' << description;
    return out.str();
}

std::string command_help(Command const& command, std::string const& program)
{
    std::string text = program + " " + std::string(command.name) + " [OPTIONS]";
    if (!command.arguments.empty()) text += " " + std::string(command.arguments);
    text += "\n    " + std::string(command.text) + "\n";
    text += group("Options", [&](Option const& option) {
        return !option.commands.empty() && option.group != Group::service &&
               option.belongs_to(command.name);
    });
    text += group(everywhere, [](Option const& option) {
        return option.commands.empty() && option.group == Group::none;
    });
    text += group("Service", [&](Option const& option) {
        return option.group == Group::service &&
               (option.commands.empty() ? command.name == "run" : option.belongs_to(command.name));
    });
    if (command.name != "run")
        return text +
               "\nBatches and pace are options too, so that all commands can share a config "
               "file: " +
               program + " run --help\n";
    text +=
        group("Batches and pace", [](Option const& option) { return option.group == Group::pace; });
    return text +
           "\nSCOPE is a table or TABLE/UPGRADE: --batch-rows 500 --batch-rows article=200; the "
           "smallest\nof the values that apply counts. A DURATION is 250ms, 10s, 5m, 2h, 1d, or a "
           "number of seconds.\n";
}

} // namespace

std::string help_text(std::string const& name, std::string const& program)
{
    if (auto const* const command = find_command(name)) return command_help(*command, program);
    std::string text = program +
                       " COMMAND [OPTIONS]: upgrades the rows of a live PostgreSQL database "
                       "in the background\n\n";
    for (auto const& command : commands()) {
        if (!command.name.starts_with(name == "migrate" ? "migrate " : "")) continue;
        auto usage = std::string(command.name) + " " + std::string(command.arguments);
        usage.resize(26, ' ');
        text += "  " + usage + std::string(command.text) + "\n";
    }
    return text + "\n" + program + " COMMAND --help shows the options of a command, " + program +
           " --version the version.\n"
           "Options come from flags, ROWBOT_* variables (--batch-rows is ROWBOT_BATCH_ROWS) and "
           "the\n"
           "config file of --config FILE or ROWBOT_CONFIG (batch-rows = 500); the first counts.\n"
           "Exit codes: 0 done, 3 not yet, 64 asked wrongly, 69 database unreachable, 70 failed.\n";
}

} // namespace rowbot::cli
