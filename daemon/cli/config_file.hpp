// SPDX-License-Identifier: MIT
#pragma once

// The config file: one `name = value` a line, empty lines, and comments that begin with # or ;.
// Read by ourselves, because Boost.Program_options does not tell the line of an error. A value goes
// to the end of its line, so that a password may contain a #.

#include <istream>
#include <string>
#include <vector>

namespace rowbot::cli
{

struct ConfigLine {
    std::string name{};
    std::string value{};
    std::string where{}; ///< `rowbot.ini:3`.
};

/// Throws ConfigError for a line that is none of these.
std::vector<ConfigLine> read_config(std::istream& in, std::string const& file);

/// Throws ConfigError where the file cannot be read, too.
std::vector<ConfigLine> read_config_file(std::string const& file);

} // namespace rowbot::cli
