// SPDX-License-Identifier: MIT
#pragma once

// When things happened in a walk, from the daemon's own log (--log-format json --log-level debug).

#include "child.hpp"

#include <cstdint>

namespace bench
{

struct WalkTimes {
    double start_s = 0; ///< From the start of the process to that of the walk.
    double walk_s = 0;  ///< All passes.
    double proof_s = 0; ///< From the end of the last pass to `complete`.
    double end_s = 0;   ///< From there to the end of the process.
    double first_tenth_rows_per_s = 0, last_tenth_rows_per_s = 0;
    std::int64_t passes = 0, rows = 0, conflicts = 0, last_batch_rows = 0;
};

/// Throws std::runtime_error where the log shows no complete walk.
WalkTimes walk_times(ChildRun const& run);

} // namespace bench
