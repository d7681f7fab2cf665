// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace bench
{

struct Options {
    std::int64_t rows = 1'000'000; ///< Of the large tables; the others follow.
    int rounds = 5;
    std::set<std::string> only{}; ///< Names of scenarios; empty: all.
};

/// Throws std::invalid_argument, which names what was wrong.
Options parse_options(std::vector<std::string> const& arguments,
                      std::vector<std::string> const& scenarios);

} // namespace bench
