// SPDX-License-Identifier: MIT
#pragma once

// How durations are written in options: 250ms, 10s, 5m, 2h, 1d, or a plain number of seconds.

#include <chrono>
#include <string>
#include <string_view>

namespace rowbot::cli
{

/// Throws ConfigError where the text is no duration, or one over ten years.
std::chrono::milliseconds parse_duration(std::string_view text);

/// The shortest exact form that parse_duration reads: `90s`, `2h`, `250ms`; zero is `0s`.
std::string duration_text(std::chrono::milliseconds duration);

} // namespace rowbot::cli
