// SPDX-License-Identifier: MIT
#include "throttle/lag.hpp"

namespace rowbot
{

using namespace std::chrono_literals;

std::chrono::milliseconds LagMeter::lag(Time now, std::int64_t current, std::int64_t replayed)
{
    if (samples_.empty() || now - samples_.back().at >= 100ms) samples_.push_back({now, current});
    while (samples_.size() > 6000) samples_.pop_front();
    if (replayed >= current) return 0ms;
    // It lacks everything written since the newest sample that it has replayed.
    auto behind_since = samples_.front().at;
    for (auto const& sample : samples_)
        if (sample.position <= replayed) behind_since = sample.at;
    return std::chrono::duration_cast<std::chrono::milliseconds>(now - behind_since);
}

std::chrono::milliseconds LagMeter::measure(Session& session, Time now)
{
    auto const row = session.exec("SELECT CASE WHEN pg_is_in_recovery() THEN 0 ELSE "
                                  "pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') END::bigint, "
                                  "(SELECT min(pg_wal_lsn_diff(replay_lsn, '0/0'))::bigint FROM "
                                  "pg_catalog.pg_stat_replication WHERE replay_lsn IS NOT NULL "
                                  "AND state = 'streaming')")[0];
    auto const current = row[0].as<std::int64_t>();
    return lag(now, current, row[1].is_null() ? current : row[1].as<std::int64_t>());
}

} // namespace rowbot
