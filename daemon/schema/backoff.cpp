// SPDX-License-Identifier: MIT
#include "schema/backoff.hpp"

#include <algorithm>
#include <random>

namespace rowbot::schema
{

std::chrono::milliseconds retry_pause(int attempts, std::chrono::milliseconds least,
                                      std::chrono::milliseconds most)
{
    thread_local std::minstd_rand random{std::random_device{}()};
    auto const whole = std::min(most, least * (1 << std::clamp(attempts, 0, 20)));
    return std::chrono::milliseconds{std::uniform_int_distribution<std::int64_t>{
        (whole.count() + 1) / 2, whole.count()}(random)};
}

} // namespace rowbot::schema
