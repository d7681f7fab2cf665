// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace rowbot::cli
{

/// Makes the first line of the file the password of every connection of this process whose URL has
/// none; PGPASSWORD comes first. Before any thread starts. Throws ConfigError, which names the
/// file and shows nothing of it.
void use_password_file(std::string const& file);

} // namespace rowbot::cli
