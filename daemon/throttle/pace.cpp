// SPDX-License-Identifier: MIT
#include "throttle/pace.hpp"

#include <algorithm>

namespace rowbot
{

using namespace std::chrono_literals;

std::chrono::nanoseconds rest_after(std::chrono::nanoseconds worked, double duty)
{
    auto const rest = static_cast<double>(worked.count()) * (1 - duty) / duty;
    return std::chrono::nanoseconds{static_cast<std::int64_t>(rest)};
}

std::chrono::nanoseconds nanobots_rest(std::chrono::nanoseconds last_batch,
                                       std::chrono::nanoseconds previous)
{
    auto const wanted = std::clamp<std::chrono::nanoseconds>(10 * last_batch, 1s, 60s);
    return std::max(wanted, previous * 9 / 10);
}

} // namespace rowbot
