// SPDX-License-Identifier: MIT
#pragma once

// What completion scripts are made of, and the scripts. Everything comes from the option table, so
// that a new option is completed as soon as it is there. The scripts follow the words of the line
// themselves and never start the program.

#include "cli/option_table.hpp"

#include <string>
#include <vector>

namespace rowbot::cli
{

/// The options that matter to a command; empty: those that may stand before it.
std::vector<Option const*> offered(std::string_view command);

/// The first words of commands, and after `migrate` the second ones, each with what it does.
struct Offer {
    std::string_view word, text;
};
std::vector<Offer> next_words(std::string_view command);

/// `|`-separated patterns of a shell: every option that has a value.
std::string options_with_value();

/// For a name of a function: other characters than letters and digits become `_`.
std::string identifier(std::string const& program);

/// In single quotes for bash and zsh.
std::string quoted(std::string_view text);

std::string bash_completion(std::string const& program);
std::string zsh_completion(std::string const& program);
std::string fish_completion(std::string const& program);

} // namespace rowbot::cli
