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

std::string with_default(Option const& option)
{
    std::string const standard(option.standard.shown());
    return std::string(option.text) + (standard.empty() ? "" : "; default " + standard);
}

void add(po::options_description& description, Option const& option)
{
    std::string const name(option.name), text = with_default(option), value(option.value);
    if (value.empty())
        description.add_options()(name.c_str(), text.c_str());
    else
        description.add_options()(name.c_str(), po::value<std::string>()->value_name(value),
                                  text.c_str());
}

template <class Wanted>
std::string group(std::string const& title, Wanted wanted, Option const* first = nullptr)
{
    po::options_description description(title, width, width / 2);
    if (first != nullptr) add(description, *first);
    for (auto const& option : options())
        if (wanted(option)) add(description, option);
    if (description.options().empty()) return {};
    std::ostringstream out;
    out << '\n' << description;
    return out.str();
}

std::string command_help(Command const& command, std::string const& program)
{
    auto const belongs = [&](Group wanted) {
        return [&, wanted](Option const& option) {
            return option.group == wanted && option.matters_to(command.name) &&
                   (option.commands.empty() || wanted != Group::none);
        };
    };
    std::string text = "Usage: " + program + " " + std::string(command.name);
    if (command.takes_settings) text += " [OPTIONS]";
    if (!command.arguments.empty()) text += " " + std::string(command.arguments);
    text += "\n    " + std::string(command.text) + "\n";
    text += group("Options", [&](Option const& option) {
        return !option.commands.empty() && option.group != Group::service &&
               option.matters_to(command.name);
    });
    if (!command.takes_settings) return text;
    text += group("Everywhere", belongs(Group::none), &first_options().front());
    text += group("Service", belongs(Group::service));
    text += group("Batches and pace", belongs(Group::pace));
    if (command.name != "run")
        return text +
               "\nBatches and pace are options too, so that all commands can share a config "
               "file: " +
               program + " run --help\n";
    return text +
           "\nSCOPE is a table or TABLE/UPGRADE: --batch-rows 500 --batch-rows article=200; the "
           "smallest\nof the values that apply counts. A DURATION is 250ms, 10s, 5m, 2h, 1d, or a "
           "number of seconds.\n";
}

std::string command_list(std::string_view beginning)
{
    std::string text = "\nCommands:\n";
    for (auto const& command : commands()) {
        if (!command.name.starts_with(beginning)) continue;
        auto usage = std::string(command.name) + " " + std::string(command.arguments);
        usage.resize(26, ' ');
        text += "  " + usage + std::string(command.text) + "\n";
    }
    return text;
}

} // namespace

// The form is what help2man makes a manual page of.
std::string help_text(std::string const& name, std::string const& program)
{
    if (auto const* const command = find_command(name)) return command_help(*command, program);
    po::options_description first("Options", width, width / 2);
    for (auto const& option : first_options()) add(first, option);
    std::ostringstream options;
    options << '\n' << first;
    return "Usage: " + program +
           " COMMAND [OPTIONS]\n\n"
           "Upgrades the rows of a live PostgreSQL database in the background, and migrates its "
           "schema.\n" +
           command_list(name == "migrate" ? "migrate " : "") + options.str() + "\n" + program +
           " COMMAND --help shows the other options. Each comes from a flag, from a variable\n"
           "(--batch-rows is ROWBOT_BATCH_ROWS), or from the config file (batch-rows = 500); the "
           "first counts.\n\n"
           "Exit codes:\n"
           "  0    done, or stopped as asked\n"
           "  3    not yet\n"
           "  64   asked wrongly\n"
           "  69   the database is unreachable\n"
           "  70   failed\n\n"
           "Environment:\n"
           "  DATABASE_URL   the database, where neither --database nor ROWBOT_DATABASE names one\n"
           "  PG...          what libpq takes for all that the URL leaves out: PGHOST, PGPASSFILE\n"
           "  ROWBOT_...     every setting\n"
           "  NO_COLOR       where it is set, nothing is coloured\n";
}

} // namespace rowbot::cli
