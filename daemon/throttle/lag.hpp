// SPDX-License-Identifier: MIT
#pragma once

#include "store/session.hpp"

#include <deque>

namespace rowbot
{

/// How far the slowest standby's replay is behind, in time. PostgreSQL's own replay_lag stands
/// still while replay is paused, so the worker remembers which WAL position was current at which
/// time and looks up when the position was current that the standby has replayed.
class LagMeter
{
public:
    using Time = std::chrono::steady_clock::time_point;

    /// Positions are bytes of WAL. Returns the lag of a standby that has replayed up to `replayed`.
    std::chrono::milliseconds lag(Time now, std::int64_t current, std::int64_t replayed);

    /// Asks the server; 0 without standbys. Standbys whose position this role may not see do not
    /// count (grant it pg_monitor).
    std::chrono::milliseconds measure(Session& session, Time now);

private:
    struct Sample {
        Time at;
        std::int64_t position = 0;
    };
    std::deque<Sample> samples_; // at most one for each 100 ms of the last 10 minutes
};

} // namespace rowbot
