// SPDX-License-Identifier: MIT
#pragma once

#include "store/state.hpp"
#include "throttle/hold.hpp"
#include "throttle/lag.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace rowbot
{

/// Looks around while the walk works, on a thread and a connection of its own: renews the lease,
/// sees pauses and standbys that fall behind, and gives a sign of life. A connection that breaks is
/// replaced.
class Watch
{
public:
    /// `names` are the upgrades that this program carries, as table/name.
    Watch(WorkerOptions const& options, std::string id, std::string program,
          std::vector<std::string> names);
    ~Watch();

    /// From now on look after this table; the second form ends it.
    void look_after(Lease const& lease);
    void look_after_nothing();

    bool lease_lost() const noexcept { return lease_lost_; }
    /// Why the walk must rest: a pause, a lock that somebody waits for, a standby.
    Hold hold() const;

private:
    void run(std::stop_token stop);
    void look(Session& session);
    void set_hold(Hold hold);

    WorkerOptions const& options_;
    std::string const id_, program_;
    std::vector<std::string> const names_;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::optional<Lease> lease_; // guarded by mutex_, as hold_
    Hold hold_;
    std::atomic<bool> lease_lost_ = false;
    LagMeter lag_;
    std::chrono::steady_clock::time_point renewed_{}, announced_{}, measured_{};
    std::string lag_reason_;
    std::jthread thread_; // last: ends before what it uses
};

} // namespace rowbot
