// SPDX-License-Identifier: MIT
#pragma once

// Whether the program is alive, and whether its database is up to date. Any thread may ask; as an
// observer it hears from the worker.

#include <rowbot/readiness.hpp>
#include <rowbot/worker.hpp>

#include <functional>
#include <mutex>

namespace rowbot::http
{

class Health : public Observer
{
public:
    /// `stuck_for`: see Worker. Beyond `stuck_after` the program is not alive.
    Health(std::function<std::chrono::nanoseconds()> stuck_for,
           std::chrono::milliseconds stuck_after)
        : stuck_for_(std::move(stuck_for)), stuck_after_(stuck_after)
    {
    }

    /// Why a service manager should start the program again; empty: it works, rests or waits.
    std::string sickness() const;

    /// Why the database is not up to date yet; empty from the moment that it was.
    std::vector<std::string> unready() const;
    void unready(std::vector<std::string> reasons);

    /// The state schema is in place, and so were the migrations before.
    void started(std::size_t tables) override;
    /// What the start waits for is why it is not ready; what comes later is no reason.
    void waiting(std::string const& table, WaitFor what, std::string const& why) override;

private:
    std::function<std::chrono::nanoseconds()> stuck_for_;
    std::chrono::milliseconds stuck_after_;
    mutable std::mutex mutex_{};
    std::vector<std::string> unready_{"it has only just begun"};
    bool started_ = false;
};

} // namespace rowbot::http
