// SPDX-License-Identifier: MIT
#include "cli/commands.hpp"
#include "store/catalog.hpp"

#include <unistd.h>

namespace rowbot::cli
{

FoundTarget find_target(Session& session, std::string const& argument)
{
    FoundTarget target{parse_target(argument)};
    auto const name = canonical_name(session, target.table);
    if (!name)
        throw ConfigError(target.table +
                          ": there is no such table; check its spelling, or name its schema");
    target.name = *name;
    return target;
}

bool wants_color(CommandLine const& line, int file_descriptor)
{
    return line.color == When::always ||
           (line.color == When::automatic && isatty(file_descriptor) == 1);
}

} // namespace rowbot::cli
