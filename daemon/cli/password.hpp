// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace rowbot::cli
{

/// A libpq connection string or URL for messages: passwords in it are shown as ***. Where the text
/// is malformed, rather more than less is hidden.
std::string without_password(std::string const& connection);

} // namespace rowbot::cli
