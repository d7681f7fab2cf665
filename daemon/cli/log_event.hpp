// SPDX-License-Identifier: MIT
#pragma once

// One event, and how it is written as a line: for people, or as a JSON object. Both are pure.

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace rowbot::cli
{

enum class Level : char { debug, info, warning, error };

struct LogEvent {
    using Field = std::pair<char const*, std::variant<std::int64_t, std::string>>;

    Level level = Level::info;
    char const* name = "";       ///< The value of `event`, never renamed: `batch_written`.
    std::string sentence{};      ///< For people.
    std::vector<Field> fields{}; ///< For programs, in this order; may be added, never renamed.
};

char const* level_name(Level level);

/// The sentence, kept to one line.
std::string text_line(LogEvent const& event);

/// `{"time":"2026-01-31T12:00:00.123Z","level":"info","event":"…",…}`; what is not UTF-8 is
/// replaced.
std::string json_line(LogEvent const& event, std::chrono::system_clock::time_point time);

} // namespace rowbot::cli
