// SPDX-License-Identifier: MIT
#pragma once

// Passwords must not show: not in messages, not in the list of processes.

#include <string>

namespace rowbot
{

/// A libpq connection string or URL for messages: passwords in it are shown as ***. Where the text
/// is malformed, rather more than less is hidden.
std::string without_password(std::string const& connection);

/// Overwrites the passwords of connection strings among the arguments with stars, where the list of
/// processes shows them. Whoever still wants to read them copies them before.
void blank_passwords(int argc, char* argv[]);

} // namespace rowbot
