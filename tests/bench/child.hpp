// SPDX-License-Identifier: MIT
#pragma once

// A contestant: a program that runs to its end as a child process, and what the system says it
// took.

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace bench
{

struct ChildRun {
    std::chrono::system_clock::time_point began{};
    double wall_s = 0;
    double cpu_s = 0; ///< User and system time.
    /// Its largest resident set. The system counts in what its parent had at the start.
    double peak_bytes = 0;
    std::shared_ptr<std::FILE> output{}; ///< All that it said, rewound.
};

using Command = std::vector<std::string>;

/// Runs it to its end. Throws std::runtime_error with what it said where it does not exit with 0,
/// and ends it where the benchmark is interrupted.
ChildRun run_child(Command const& command);

/// The largest resident set of this process so far.
double own_peak_bytes();

} // namespace bench
