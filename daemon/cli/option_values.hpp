// SPDX-License-Identifier: MIT
#pragma once

// How the values of options are read. Each function throws ConfigError that shows the value and
// says what is allowed.

#include "cli/duration.hpp"
#include "cli/options.hpp"
#include "cli/scope.hpp"

#include <span>
#include <string_view>

namespace rowbot::cli
{

int whole_number(std::string const& text, int least, int most);

/// Over 0, at most 1.
double share(std::string const& text);

std::string one_of(std::string const& text, std::span<std::string_view const> allowed);

inline constexpr std::string_view whens[] = {"auto", "always", "never"};
/// One of these.
When when(std::string const& text);

std::chrono::milliseconds positive_duration(std::string const& text);

/// Rounded up.
std::chrono::seconds seconds(std::chrono::milliseconds duration);

/// `500 article=200 article/image-width=50`.
template <class T, class Read>
void set_scoped(Scoped<T>& option, std::string const& text, Read read)
{
    auto const list = parse_scoped_list(text);
    if (list.empty()) throw ConfigError("a value is missing");
    for (auto const& [scope, value] : list) option.set(scope, read(value));
}

} // namespace rowbot::cli
