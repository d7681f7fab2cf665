// SPDX-License-Identifier: MIT
#include "cli/duration.hpp"

#include <rowbot/errors.hpp>

#include <charconv>
#include <cstdint>

namespace rowbot::cli
{
namespace
{

struct Unit {
    std::string_view name;
    std::int64_t milliseconds;
};

constexpr Unit units[] = {
    {"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}};

constexpr std::int64_t most_milliseconds = 3650 * units[0].milliseconds;

} // namespace

std::chrono::milliseconds parse_duration(std::string_view text)
{
    std::int64_t number{};
    auto const end = text.data() + text.size();
    auto const [after, error] = std::from_chars(text.data(), end, number);
    std::string_view unit(after, static_cast<std::size_t>(end - after));
    if (unit.empty()) unit = "s";
    if (error == std::errc{} && number >= 0)
        for (auto const& [name, milliseconds] : units)
            if (name == unit && number <= most_milliseconds / milliseconds)
                return std::chrono::milliseconds{number * milliseconds};
    throw ConfigError("'" + std::string(text) +
                      "' is no duration; write 250ms, 10s, 5m, 2h, 1d or a number of seconds");
}

std::string duration_text(std::chrono::milliseconds duration)
{
    for (auto const& [name, milliseconds] : units)
        if (duration.count() != 0 && duration.count() % milliseconds == 0)
            return std::to_string(duration.count() / milliseconds) + std::string(name);
    return "0s";
}

} // namespace rowbot::cli
