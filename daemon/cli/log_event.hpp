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

/// What may quote a value, which may have any length, is cut after so many characters.
inline constexpr std::size_t most_error_characters = 500;

/// Why something waits or stopped, as message_of() says it: without PostgreSQL's DETAIL and
/// CONTEXT, which show keys and values of rows, and all that follows them; and cut.
std::string reason_text(std::string const& why);

} // namespace rowbot::cli
