// SPDX-License-Identifier: MIT
#include "cli/option_values.hpp"

#include <charconv>

namespace rowbot::cli
{
namespace
{

[[noreturn]] void refuse(std::string const& text, std::string const& allowed)
{
    throw ConfigError("'" + text + "' is not allowed; write " + allowed);
}

} // namespace

int whole_number(std::string const& text, int least, int most)
{
    int number{};
    auto const end = text.data() + text.size();
    auto const [after, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || after != end || number < least || number > most)
        refuse(text,
               "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    return number;
}

double share(std::string const& text)
{
    double number{};
    auto const end = text.data() + text.size();
    auto const [after, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || after != end || !(number > 0 && number <= 1))
        refuse(text, "a number over 0, at most 1");
    return number;
}

std::string one_of(std::string const& text, std::span<std::string_view const> allowed)
{
    std::string list;
    for (auto const& word : allowed) {
        if (text == word) return text;
        list += (list.empty() ? "" : word == allowed.back() ? " or " : ", ") + std::string(word);
    }
    refuse(text, list);
}

When when(std::string const& text)
{
    auto const word = one_of(text, whens);
    return word == "auto" ? When::automatic : word == "always" ? When::always : When::never;
}

std::chrono::milliseconds positive_duration(std::string const& text)
{
    auto const duration = parse_duration(text);
    if (duration.count() == 0) refuse(text, "a duration over 0");
    return duration;
}

std::chrono::seconds seconds(std::chrono::milliseconds duration)
{
    return std::chrono::ceil<std::chrono::seconds>(duration);
}

} // namespace rowbot::cli
