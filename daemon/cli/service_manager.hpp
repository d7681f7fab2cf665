// SPDX-License-Identifier: MIT
#pragma once

// What systemd wants to know of a unit with Type=notify (sd_notify(3)): that it is ready, how it
// gets on, that it stops, and, with WatchdogSec=, that it is alive. Does nothing where nobody asks
// (NOTIFY_SOCKET).

#include "http/health.hpp"

#include <stop_token>
#include <thread>

namespace rowbot::cli
{

class ServiceManager : public Observer
{
public:
    /// What it is given must outlive it. The watchdog is fed from now on, as long as `health` knows
    /// of no sickness.
    ServiceManager(http::Health const& health, Clock& clock, std::stop_token stop);

    void started(std::size_t tables) override;
    void walk_started(std::string const& table, std::int64_t blocks) override;
    void batch_written(BatchReport const& batch) override;
    void table_complete(std::string const& table) override;
    void table_failing(std::string const& table, std::int64_t rows) override;
    void table_stopped(std::string const& table, std::string const& why) override;
    void waiting(std::string const& table, WaitFor what, std::string const& why) override;
    void resumed(std::string const& table) override;

private:
    void feed_watchdog(std::chrono::microseconds limit, std::stop_token ended) const;

    http::Health const& health_;
    Clock& clock_;
    std::optional<Clock::Time> last_status_{};
    std::stop_callback<std::function<void()>> stopping_;
    std::jthread watchdog_{}; // last: ends before what it uses
};

} // namespace rowbot::cli
