// SPDX-License-Identifier: MIT
#pragma once

// Time that passes only where somebody waits, or where a test says so. Thread-safe.

#include <rowbot/worker.hpp>

#include <mutex>

class SteppedClock : public rowbot::Clock
{
public:
    Time now() override
    {
        std::lock_guard const lock(mutex_);
        return now_;
    }
    void wait(std::chrono::nanoseconds duration, std::stop_token) override
    {
        std::lock_guard const lock(mutex_);
        now_ += duration;
        waits_.push_back(duration);
    }

    /// Simulates work that takes so long.
    void advance(std::chrono::nanoseconds duration)
    {
        std::lock_guard const lock(mutex_);
        now_ += duration;
    }
    /// Every wait, in order.
    std::vector<std::chrono::nanoseconds> waits() const
    {
        std::lock_guard const lock(mutex_);
        return waits_;
    }
    std::chrono::nanoseconds waited() const
    {
        std::chrono::nanoseconds sum{};
        for (auto const wait : waits()) sum += wait;
        return sum;
    }

private:
    mutable std::mutex mutex_;
    Time now_{std::chrono::hours{1}};
    std::vector<std::chrono::nanoseconds> waits_;
};
