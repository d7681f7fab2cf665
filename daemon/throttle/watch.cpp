// SPDX-License-Identifier: MIT
#include "throttle/watch.hpp"

#include "throttle/lock_queue.hpp"

#include <algorithm>

namespace rowbot
{

using namespace std::chrono_literals;
using std::chrono::steady_clock;

Watch::Watch(WorkerOptions const& options, std::string id, std::string program,
             std::vector<std::string> names)
    : options_(options), id_(std::move(id)), program_(std::move(program)), names_(std::move(names)),
      thread_([this](std::stop_token stop) { run(stop); })
{
}

Watch::~Watch() = default;

void Watch::look_after(Lease const& lease)
{
    std::lock_guard const lock(mutex_);
    lease_ = lease;
    lease_lost_ = false;
    renewed_ = steady_clock::now();
}

void Watch::look_after_nothing()
{
    std::lock_guard const lock(mutex_);
    lease_.reset();
    hold_ = {};
}

Hold Watch::hold() const
{
    std::lock_guard const lock(mutex_);
    return hold_;
}

void Watch::set_hold(Hold hold)
{
    std::lock_guard const lock(mutex_);
    hold_ = lease_ ? std::move(hold) : Hold{};
}

void Watch::look(Session& session)
{
    std::optional<Lease> lease;
    auto const now = steady_clock::now();
    bool due = false;
    {
        std::lock_guard const lock(mutex_);
        lease = lease_;
        due = now - renewed_ >= options_.lease / 3;
    }
    if (now - announced_ >= std::min<std::chrono::nanoseconds>(options_.lease, 5s)) {
        Work work(session, Purpose::write);
        announce(work, id_, program_, names_);
        work.commit();
        announced_ = now;
    }
    if (options_.max_lag.count() > 0 && now - measured_ >= 200ms) {
        auto const lag = lag_.measure(session, now);
        lag_reason_ = lag <= options_.max_lag
                          ? ""
                          : "a standby's replay is " + std::to_string(lag.count() / 1000) +
                                " s behind (--max-lag)";
        measured_ = now;
    }
    if (!lease) return;
    if (due) {
        bool const held = renew(session, *lease, options_.lease);
        std::lock_guard const lock(mutex_);
        renewed_ = now;
        // What was released meanwhile is not lost.
        if (!held && lease_ && lease_->table == lease->table) lease_lost_ = true;
    }
    Hold hold{WaitFor::pause, pause_reason(session, lease->table)};
    if (!hold) hold = {WaitFor::lock, waiting_for_lock(session, lease->table)};
    if (!hold) hold = {WaitFor::standby, lag_reason_};
    set_hold(std::move(hold));
}

void Watch::run(std::stop_token stop)
{
    std::unique_ptr<Session> session;
    std::mutex sleeping;
    while (!stop.stop_requested()) {
        try {
            if (!session) session = std::make_unique<Session>(options_.connection, "rowbot watch");
            look(*session);
        } catch (std::exception const&) {
            session.reset(); // the walk meets the same trouble and reports it
        }
        std::unique_lock lock(sleeping);
        changed_.wait_for(lock, stop, 200ms, [] { return false; });
    }
}

} // namespace rowbot
