// SPDX-License-Identifier: MIT
#include "options.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace bench
{
namespace
{

template <class T> T number(std::string const& option, std::string const& text, T least, T most)
{
    T value{};
    auto const end = text.data() + text.size();
    auto const [rest, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || rest != end || value < least || value > most)
        throw std::invalid_argument(option + ": a number from " + std::to_string(least) + " to " +
                                    std::to_string(most) + ", not '" + text + "'");
    return value;
}

} // namespace

Options parse_options(std::vector<std::string> const& arguments,
                      std::vector<std::string> const& scenarios)
{
    Options options;
    for (std::size_t i = 0; i < arguments.size(); i += 2) {
        auto const& option = arguments[i];
        if (option != "--rows" && option != "--rounds" && option != "--only")
            throw std::invalid_argument("unknown option '" + option + "'");
        if (i + 1 == arguments.size()) throw std::invalid_argument(option + " wants a value");
        auto const& value = arguments[i + 1];
        if (option == "--rows") {
            options.rows = number<std::int64_t>(option, value, 1000, 100'000'000);
        } else if (option == "--rounds") {
            options.rounds = number(option, value, 1, 100);
        } else {
            if (std::find(scenarios.begin(), scenarios.end(), value) == scenarios.end())
                throw std::invalid_argument("there is no scenario '" + value + "'");
            options.only.insert(value);
        }
    }
    return options;
}

} // namespace bench
