// SPDX-License-Identifier: MIT
#pragma once

// One line of the progress display: what it shows, and how it looks. Pure.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace rowbot::cli
{

struct Bar {
    enum class State : char { walking, waiting, complete, failing };

    std::string table{};
    State state = State::walking;
    std::string note{}; ///< Why it waits or fails; replaces rate and time left.
    std::int64_t rows_written = 0, rows_failed = 0;
    std::int64_t blocks_done = 0, blocks_total = 0;
    double rows_per_s = 0;
    std::optional<std::chrono::seconds> left{}; ///< None: not known yet.
};

struct BarStyle {
    std::size_t width = 80; ///< Of the terminal, in columns.
    std::size_t height = 24;
    bool color = false;
    bool utf8 = false;
};

/// `article  [#######...]  62 %  124,000 rows  3,120/s  0:38 left`: shorter than the terminal is
/// wide, without a line break. In a narrow terminal the bar goes first, then the end of the line.
std::string render_bar(Bar const& bar, BarStyle const& style);

/// `0:38`, `12:05`, `3:07:00`, `2 d 3 h`.
std::string time_left(std::chrono::seconds left);

} // namespace rowbot::cli
