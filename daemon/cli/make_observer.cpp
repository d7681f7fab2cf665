// SPDX-License-Identifier: MIT
#include "cli/log_lines.hpp"
#include "cli/progress.hpp"

#include <iostream>

#include <sys/ioctl.h>
#include <unistd.h>

namespace rowbot::cli
{
namespace
{

std::string variable(Environment const& environment, char const* name)
{
    auto const found = environment.find(name);
    return found == environment.end() ? "" : found->second;
}

/// As setlocale does it: the first of the three that is set.
bool shows_utf8(Environment const& environment)
{
    for (auto const* const name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        auto const value = variable(environment, name);
        if (value.empty()) continue;
        return value.find("UTF-8") != std::string::npos || value.find("utf8") != std::string::npos;
    }
    return false;
}

BarStyle with_size_of_terminal(BarStyle style)
{
    winsize size{};
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        style.width = size.ws_col;
        style.height = size.ws_row;
    }
    return style;
}

} // namespace

bool wants_bars(CommandLine const& line, bool terminals, Environment const& environment)
{
    if (line.progress == When::never || line.log_format == "json") return false;
    if (line.progress == When::always) return true;
    auto const terminal = variable(environment, "TERM");
    return terminals && !terminal.empty() && terminal != "dumb";
}

std::unique_ptr<Observer> make_observer(CommandLine const& line, Environment const& environment,
                                        Clock& clock)
{
    auto lines = std::make_unique<LogLines>(stderr_logger(line), line.log_format == "json", clock);
    bool const on_terminal = isatty(STDERR_FILENO) == 1;
    if (!wants_bars(line, on_terminal && isatty(STDOUT_FILENO) == 1, environment)) return lines;
    BarStyle const style{.color = line.color == When::always ||
                                  (line.color == When::automatic && on_terminal),
                         .utf8 = shows_utf8(environment)};
    return std::make_unique<Progress>(
        std::cerr, [style] { return with_size_of_terminal(style); }, std::move(lines), clock);
}

} // namespace rowbot::cli
