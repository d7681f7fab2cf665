// SPDX-License-Identifier: MIT
#include "cli/log_event.hpp"

#include "cli/terminal_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <ctime>

namespace rowbot::cli
{
namespace
{

std::string utc_text(std::chrono::system_clock::time_point time)
{
    auto const milliseconds = std::chrono::floor<std::chrono::milliseconds>(time);
    auto const whole = std::chrono::floor<std::chrono::seconds>(milliseconds);
    auto const seconds = std::chrono::system_clock::to_time_t(whole);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char date[32], text[40];
    std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts);
    std::snprintf(text, sizeof text, "%s.%03dZ", date,
                  static_cast<int>((milliseconds - whole).count()));
    return text;
}

} // namespace

char const* level_name(Level level)
{
    switch (level) {
    case Level::debug:
        return "debug";
    case Level::info:
        return "info";
    case Level::warning:
        return "warning";
    case Level::error:
        return "error";
    }
    return "error";
}

std::string reason_text(std::string const& why)
{
    auto end = why.size();
    for (char const* const part : {"; DETAIL:", "; QUERY:", "; CONTEXT:"})
        end = std::min(end, why.find(part));
    return shortened(std::string_view(why).substr(0, end), most_error_characters);
}

std::string text_line(LogEvent const& event)
{
    return printable(event.sentence);
}

std::string json_line(LogEvent const& event, std::chrono::system_clock::time_point time)
{
    nlohmann::ordered_json line{
        {"time", utc_text(time)}, {"level", level_name(event.level)}, {"event", event.name}};
    for (auto const& [name, value] : event.fields)
        std::visit([&line, key = name](auto const& held) { line[key] = held; }, value);
    return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

} // namespace rowbot::cli
