// SPDX-License-Identifier: MIT
#include "cli/bar.hpp"

#include "cli/terminal_text.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace rowbot::cli
{
namespace
{

constexpr std::size_t most_bar = 40, least_bar = 5;

/// Complete is 100 %, and nothing else is.
int percent(Bar const& bar)
{
    if (bar.state == Bar::State::complete) return 100;
    if (bar.blocks_total <= 0) return 0;
    auto const share = static_cast<double>(bar.blocks_done) / static_cast<double>(bar.blocks_total);
    return std::clamp(static_cast<int>(share * 100), 0, 99);
}

std::string blocks(int percent, std::size_t columns, bool utf8)
{
    auto const done = columns * static_cast<std::size_t>(percent) / 100;
    std::string text = utf8 ? "" : "[";
    for (std::size_t i = 0; i < columns; ++i)
        text += utf8 ? (i < done ? "█" : "░") : (i < done ? "#" : ".");
    return utf8 ? text : text + "]";
}

std::string details(Bar const& bar)
{
    auto text = grouped(bar.rows_written) + (bar.rows_written == 1 ? " row" : " rows");
    if (bar.rows_failed > 0) text += ", " + grouped(bar.rows_failed) + " failed";
    if (bar.state == Bar::State::complete) return text + "  complete";
    if (bar.state == Bar::State::waiting) return text + "  waits: " + printable(bar.note);
    if (bar.state == Bar::State::failing) return text + "  failing: " + printable(bar.note);
    text += "  " + grouped(std::llround(bar.rows_per_s)) + "/s";
    return bar.left ? text + "  " + time_left(*bar.left) + " left" : text;
}

char const* color_of(Bar::State state)
{
    switch (state) {
    case Bar::State::complete:
        return "\x1b[32m";
    case Bar::State::waiting:
        return "\x1b[33m";
    case Bar::State::failing:
        return "\x1b[31m";
    case Bar::State::walking:
        break;
    }
    return "\x1b[36m";
}

} // namespace

std::string time_left(std::chrono::seconds left)
{
    auto const seconds = std::max<long long>(left.count(), 0);
    if (seconds >= 86'400)
        return std::to_string(seconds / 86'400) + " d " + std::to_string(seconds % 86'400 / 3600) +
               " h";
    char text[32];
    if (seconds >= 3600)
        std::snprintf(text, sizeof text, "%lld:%02lld:%02lld", seconds / 3600, seconds % 3600 / 60,
                      seconds % 60);
    else
        std::snprintf(text, sizeof text, "%lld:%02lld", seconds / 60, seconds % 60);
    return text;
}

std::string render_bar(Bar const& bar, BarStyle const& style)
{
    // One column less than there are: a full line makes some terminals wrap.
    auto const width = std::max<std::size_t>(style.width, 2) - 1;
    auto const table = shortened(printable(bar.table), std::max<std::size_t>(width / 3, 8));
    char share[8];
    std::snprintf(share, sizeof share, "%3d %%", percent(bar));
    auto const text = std::string(share) + "  " + details(bar);

    auto const spaces = 4U;
    auto const frame = style.utf8 ? 0U : 2U;
    auto const used = length(table) + length(text) + spaces + frame;
    auto const columns = used < width ? std::min(width - used, most_bar) : 0;
    if (columns < least_bar) return shortened(table + "  " + text, width);
    auto const drawn = blocks(percent(bar), columns, style.utf8);
    return table + "  " + (style.color ? color_of(bar.state) + drawn + "\x1b[0m" : drawn) + "  " +
           text;
}

} // namespace rowbot::cli
