// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

namespace rowbot::schema
{

/// The pause after the given number of attempts that failed: doubling from `least` to `most`, and
/// then a random share of it between a half and the whole, so that programs that began together do
/// not come back together.
std::chrono::milliseconds retry_pause(int attempts, std::chrono::milliseconds least,
                                      std::chrono::milliseconds most);

} // namespace rowbot::schema
