// SPDX-License-Identifier: MIT
#include "daemon.hpp"

namespace
{

std::vector<std::string> command(std::string const& database,
                                 std::vector<std::string> const& options, int row_us)
{
    std::vector<std::string> words{"env",        "ROWBOT_TEST_ROW_US=" + std::to_string(row_us),
                                   TEST_DAEMON,  "run",
                                   "--database", database,
                                   "--progress", "never",
                                   "--max-lag",  "0"};
    words.insert(words.end(), options.begin(), options.end());
    return words;
}

} // namespace

Daemon::Daemon(std::string const& database, std::vector<std::string> const& options, int row_us)
    : ChildProcess(command(database, options, row_us))
{
}
