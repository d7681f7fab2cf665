// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace rowbot::cli
{

/// Throws ConfigError where libpq could not take the connection string or URL apart, or would take
/// a piece of its password for something else and show it. Connects nowhere. Empty is right.
void check_connection_string(std::string const& connection);

} // namespace rowbot::cli
