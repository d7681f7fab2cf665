// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <chrono>

namespace rowbot
{

/// Tells a walk that is stuck (an upgrade that never returns, threads that wait for each other)
/// from one that waits for the database or rests. Any thread may call anything.
class Pulse
{
public:
    using Clock = std::chrono::steady_clock;

    /// The walk took a step: a row was upgraded, a batch written.
    void beat() noexcept { last_ = Clock::now().time_since_epoch().count(); }

    /// While one of these lives, the walk is in the hands of somebody else, who may take their
    /// time: the server, the clock, or whoever has not started it yet. A pulse that is not there
    /// feels nothing.
    class Away
    {
    public:
        explicit Away(Pulse* pulse) noexcept : pulse_(pulse)
        {
            if (pulse_ != nullptr) ++pulse_->away_;
        }
        ~Away()
        {
            if (pulse_ == nullptr) return;
            pulse_->beat();
            --pulse_->away_;
        }
        Away(Away const&) = delete;
        Away& operator=(Away const&) = delete;

    private:
        Pulse* pulse_;
    };

    /// How long the walk has neither taken a step nor been away.
    std::chrono::nanoseconds silent_for() const noexcept
    {
        if (away_ > 0) return {};
        return Clock::now().time_since_epoch() - Clock::duration{last_.load()};
    }

private:
    std::atomic<int> away_ = 0;
    std::atomic<Clock::rep> last_ = Clock::now().time_since_epoch().count();
};

} // namespace rowbot
