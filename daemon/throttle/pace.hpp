// SPDX-License-Identifier: MIT
#pragma once

#include <rowbot/worker.hpp>

namespace rowbot
{

/// How long to rest after `worked`, so that the share of time spent working is `duty` (over 0 to
/// 1).
std::chrono::nanoseconds rest_after(std::chrono::nanoseconds worked, double duty);

/// The rule of nanobots-data-upgrader: ten times the last batch, at least 1 s, at most 60 s, and
/// never below 90 % of the rest before (`previous`, 0 at first).
std::chrono::nanoseconds nanobots_rest(std::chrono::nanoseconds last_batch,
                                       std::chrono::nanoseconds previous);

} // namespace rowbot
