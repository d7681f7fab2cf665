// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace rowbot
{

/// The shortest text that reads back as this double, digit for digit as PostgreSQL's float8 shows
/// it.
std::string float8_text(double value);

} // namespace rowbot
