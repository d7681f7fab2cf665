// SPDX-License-Identifier: MIT
#pragma once

// Passwords must not show: not in messages, not in the list of processes.

#include <string>

namespace rowbot
{

/// A libpq connection string or URL, or a message with any number of them, however they are quoted:
/// passwords are shown as ***. Rather more than less is hidden, where a URL is malformed or where a
/// message goes on behind its last parameter.
std::string without_password(std::string const& text);

/// Overwrites the passwords of connection strings among the arguments with stars, where the list of
/// processes shows them. Whoever still wants to read them copies them before.
void blank_passwords(int argc, char* argv[]);

} // namespace rowbot
