// SPDX-License-Identifier: MIT
#include "cli/config_file.hpp"

#include <rowbot/errors.hpp>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace rowbot::cli
{
namespace
{

std::string trimmed(std::string const& text)
{
    auto const begin = text.find_first_not_of(" \t\r");
    if (begin == std::string::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t\r") + 1 - begin);
}

} // namespace

std::vector<ConfigLine> read_config(std::istream& in, std::string const& file)
{
    std::vector<ConfigLine> lines;
    std::string raw;
    for (int number = 1; std::getline(in, raw); ++number) {
        auto const line = trimmed(raw);
        if (line.empty() || line.front() == '#' || line.front() == ';') continue;
        auto const where = file + ":" + std::to_string(number);
        if (line.front() == '[')
            throw ConfigError(where + ": sections are not used; a value for one table is written "
                                      "batch-rows = article=200");
        auto const equals = line.find('=');
        if (equals == std::string::npos)
            throw ConfigError(where + ": '" + line + "' is no setting; write name = value");
        lines.push_back({trimmed(line.substr(0, equals)), trimmed(line.substr(equals + 1)), where});
    }
    return lines;
}

std::vector<ConfigLine> read_config_file(std::string const& file)
{
    // A folder opens well, but reads nothing.
    std::ifstream in(file);
    auto const error = errno; // before the next call may change it
    if (std::filesystem::is_directory(file))
        throw ConfigError(file + ": is a folder, no config file");
    if (!in)
        throw ConfigError(file + ": cannot be read: " + std::generic_category().message(error));
    return read_config(in, file);
}

} // namespace rowbot::cli
