// SPDX-License-Identifier: MIT
#pragma once

// Every option and every command once: what it is called, what it means, how its value is read.
// Parsing, help and the config file all follow these two lists.

#include "cli/options.hpp"

#include <span>
#include <string_view>

namespace rowbot::cli
{

/// What holds where an option is not given. All empty: nothing does.
struct Default {
    std::string_view value{};   ///< As it would be given.
    std::string_view words{};   ///< Where no value says it: `until resume`.
    std::string_view example{}; ///< Of a setting without a value: what the config file shows.

    std::string_view shown() const { return value.empty() ? words : value; }
};

/// What the options are together for: a part of help and of the config file.
enum class Group : char {
    none,
    pace,      ///< Only matters where rows are written.
    service,   ///< Only matters to who watches the program.
    migrations ///< For every command that reads migrations.
};

struct Option {
    std::string_view name;
    std::string_view value;    ///< What help calls its value; empty: a switch.
    std::string_view commands; ///< The commands that take it, `run, prepare`; empty: every command.
    std::string_view text;     ///< With its unit.
    Default standard;
    /// Throws ConfigError that says what is allowed, without the option's name.
    void (*set)(CommandLine&, std::string const& value);
    Group group = Group::none;
    std::span<std::string_view const> choices{}; ///< All that its value may be; empty: more.
    bool repeats = false; ///< May be given several times: it has values for tables and upgrades.

    bool belongs_to(std::string_view command) const;
    /// Whether it does something there. A setting that does not is taken all the same, because
    /// commands share their settings.
    bool matters_to(std::string_view command) const;
    /// A variable or a line of the config file may give it, too: it does not ask something of one
    /// call alone.
    bool is_setting() const;
};

struct Command {
    std::string_view name;
    std::string_view arguments; ///< As in the usage line.
    std::size_t least, most;    ///< How many arguments.
    std::string_view text;
    std::span<std::string_view const> choices{}; ///< All that its argument may be; empty: more.
    bool takes_settings = true; ///< Otherwise it reads no variable and no config file either.
};

/// --help, --version and --config: looked at before all others, which they decide about; their
/// `set` is null.
std::span<Option const> first_options();
std::span<Option const> options();
Option const* find_option(std::string_view name);

std::span<Command const> commands();
Command const* find_command(std::string_view name);

} // namespace rowbot::cli
