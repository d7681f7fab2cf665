// SPDX-License-Identifier: MIT
#include <rowbot/worker.hpp>

#include "store/identity.hpp"
#include "walk/recovery.hpp"
#include "walk/visits.hpp"

#include <algorithm>

namespace rowbot
{

using namespace std::chrono_literals;

namespace
{

/// Whoever rests is not stuck.
class RestingClock : public Clock
{
public:
    RestingClock(Clock& clock, Pulse& pulse) : clock_(clock), pulse_(pulse) {}

    Time now() override { return clock_.now(); }
    void wait(std::chrono::nanoseconds duration, std::stop_token stop) override
    {
        Pulse::Away const away(&pulse_);
        clock_.wait(duration, std::move(stop));
    }

private:
    Clock& clock_;
    Pulse& pulse_;
};

void check_options(WorkerOptions const& o)
{
    if (!(o.duty > 0 && o.duty <= 1))
        throw ConfigError("duty is a share of time, over 0 and at most 1");
    for (auto const& [scope, rows] : o.batch_rows.values())
        if (rows < 1 || rows > 100'000) throw ConfigError("batch rows are 1 to 100,000");
    for (auto const& [scope, rows] : o.cleanup_batch_rows.values())
        if (rows < 1 || rows > 1'000'000)
            throw ConfigError("cleanup batch rows are 1 to 1,000,000");
    for (auto const& [scope, target] : o.batch_target.values())
        if (target < 1ms) throw ConfigError("a batch target is at least 1 ms");
    if (o.lease < 1s) throw ConfigError("a lease is at least 1 s");
}

} // namespace

struct Worker::State {
    WorkerOptions options;
    std::vector<Table> tables;
    Observer& observer;
    Pulse pulse{};
    RestingClock clock;
    std::optional<Pulse::Away> not_running{&pulse};
    Connections connections;
    std::string const owner = this_program();
    std::string const id = owner + " " + random_token();
    Visits visits;

    State(WorkerOptions o, std::vector<Table> t, Observer& ob, Clock& c)
        : options(std::move(o)), tables(std::move(t)), observer(ob), clock(c, pulse),
          connections(options.connection, pulse), visits(options, observer, clock, connections)
    {
    }

    bool connect(std::stop_token stop);
    bool begin(std::stop_token stop);
    Outcome run(std::stop_token stop);
};

/// Opens the connection, for as long as connect_wait allows. False: unreachable, or asked to stop.
bool Worker::State::connect(std::stop_token stop)
{
    auto const began = clock.now();
    connections.drop();
    for (auto pause = 100ms; !stop.stop_requested(); pause = std::min(pause * 2, 5000ms)) {
        try {
            connections.writer();
            connections.reader();
            return true;
        } catch (pqxx::failure const& e) {
            connections.drop();
            if (recovery_for(std::current_exception()) == Recovery::stop_table) throw;
            observer.waiting("", WaitFor::database,
                             "the database cannot be reached: " + message_of(e));
        }
        if (clock.now() - began >= options.connect_wait) return false;
        clock.wait(pause, stop);
    }
    return false;
}

/// Connects and enters the tables. False: unreachable, or asked to stop.
bool Worker::State::begin(std::stop_token stop)
{
    auto const began = clock.now();
    while (connect(stop)) {
        try {
            std::stop_callback const cancel(stop, [this] { connections.cancel(); });
            visits.enter(tables, id, owner);
            return true;
        } catch (pqxx::failure const& e) {
            if (stop.stop_requested()) return false; // cancelled
            auto const recovery = recovery_for(std::current_exception());
            bool const passes = recovery == Recovery::retry || recovery == Recovery::wait ||
                                recovery == Recovery::reconnect;
            if (!passes || clock.now() - began >= std::max(options.connect_wait, options.lock_wait))
                throw;
            observer.waiting("", recovery == Recovery::retry ? WaitFor::lock : WaitFor::database,
                             message_of(e));
            clock.wait(100ms, stop);
        }
    }
    return false;
}

Outcome Worker::State::run(std::stop_token stop)
{
    if (!begin(stop)) return stop.stop_requested() ? Outcome::done : Outcome::unreachable;
    observer.started(visits.size());
    Watch watch(options, id, owner, visits.names());
    Surroundings const surroundings{options, observer, clock, connections, watch, owner, id};

    while (!stop.stop_requested()) {
        try {
            visits.visit_due(surroundings, stop);
        } catch (pqxx::failure const& e) {
            observer.waiting("", WaitFor::database, message_of(e));
            clock.wait(100ms, stop);
            if (!connect(stop)) return stop.stop_requested() ? Outcome::done : Outcome::unreachable;
            visits.forget_changes();
            observer.resumed("");
            continue;
        }
        if (options.once && !stop.stop_requested())
            if (auto const outcome = visits.settled()) return *outcome;
        if (auto const pause = visits.next_due() - clock.now(); pause.count() > 0)
            clock.wait(pause, stop);
    }
    return Outcome::done;
}

char const* wait_name(WaitFor what)
{
    switch (what) {
    case WaitFor::pause:
        return "pause";
    case WaitFor::standby:
        return "standby";
    case WaitFor::worker:
        return "worker";
    case WaitFor::lock:
        return "lock";
    case WaitFor::migration:
        return "migration";
    case WaitFor::database:
        break;
    }
    return "database";
}

Worker::Worker(WorkerOptions options, std::vector<Table> tables, Observer& observer, Clock& clock)
{
    validate(tables);
    check_options(options);
    state_ = std::make_unique<State>(std::move(options), std::move(tables), observer, clock);
}

Worker::Worker(WorkerOptions options, std::vector<Table> tables)
    : Worker(std::move(options), std::move(tables), []() -> Observer& {
          static Observer silent;
          return silent;
      }())
{
}

Worker::~Worker() = default;

Outcome Worker::run(std::stop_token stop)
{
    struct Running {
        std::optional<Pulse::Away>& not_running;
        Pulse& pulse;
        ~Running() { not_running.emplace(&pulse); }
    } const running{state_->not_running, state_->pulse};
    state_->not_running.reset();
    auto const outcome = state_->run(stop);
    if (outcome != Outcome::unreachable) {
        try {
            withdraw(state_->connections.writer(), state_->id);
        } catch (std::exception const&) {
            // Its last sign of life grows old by itself.
        }
    }
    state_->observer.stopped(outcome == Outcome::unreachable ? "the database cannot be reached"
                             : outcome == Outcome::done && stop.stop_requested()
                                 ? "asked to stop"
                                 : "nothing more to do");
    return outcome;
}

std::chrono::nanoseconds Worker::stuck_for() const noexcept
{
    return state_->pulse.silent_for();
}

} // namespace rowbot
