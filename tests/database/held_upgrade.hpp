// SPDX-License-Identifier: MIT
#pragma once

// A walk that is held in the middle of an upgrade, after the row was read and before it is written,
// while the test does something to the row. Nothing depends on time: each side waits for the other.

#include "run_worker.hpp"

#include <atomic>
#include <functional>
#include <future>

/// Something that happens once. Any thread may wait for it, a minute at most.
class Event
{
public:
    void happen()
    {
        std::call_once(once_, [&] { promise_.set_value(); });
    }
    void wait(char const* what) const
    {
        if (happened_.wait_for(std::chrono::minutes{1}) != std::future_status::ready)
            throw std::runtime_error(std::string("waited in vain until ") + what);
    }

private:
    std::promise<void> promise_;
    std::shared_future<void> happened_ = promise_.get_future().share();
    std::once_flag once_;
};

/// Lets its event happen at the end of a scope, so that a failure leaves nobody waiting.
class AtTheEnd
{
public:
    explicit AtTheEnd(Event& event) : event_(event) {}
    ~AtTheEnd() { event_.happen(); }
    AtTheEnd(AtTheEnd const&) = delete;
    AtTheEnd& operator=(AtTheEnd const&) = delete;

private:
    Event& event_;
};

struct MetRun : Run {
    int calls = 0; ///< Of the upgrade's function.
};

/// Walks the table `article`; when the upgrade is first called, it is held until `meanwhile` has
/// returned.
inline MetRun walk_and_meet(TemporaryDatabase const& db, rowbot::Upgrade upgrade,
                            std::function<void()> const& meanwhile)
{
    Event reached, released;
    std::atomic<int> calls = 0;
    upgrade.apply = [&, apply = upgrade.apply](rowbot::Row const& row) {
        ++calls;
        reached.happen();
        released.wait("the test has done its part");
        return apply(row, nullptr);
    };
    auto walk = std::async(std::launch::async, [&] {
        return run_worker(db, {{.name = "article", .upgrades = {upgrade}}});
    });
    {
        AtTheEnd const release(released);
        reached.wait("the upgrade is called");
        meanwhile();
    }
    MetRun run;
    static_cast<Run&>(run) = walk.get();
    run.calls = calls;
    return run;
}

/// Waits until one of our writers waits for a lock. Asks again and again: nobody tells.
inline void await_waiting_writer(TemporaryDatabase const& db)
{
    auto const connection = db.connect();
    pqxx::nontransaction session(*connection);
    for (int i = 0; i < 100'000; ++i)
        if (!session
                 .exec("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND "
                       "application_name = 'rowbot writer' AND datname = current_database()")
                 .empty())
            return;
    throw std::runtime_error("waited in vain for a writer that waits for a lock");
}
