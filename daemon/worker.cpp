// SPDX-License-Identifier: MIT
#include <rowbot/worker.hpp>

#include "store/identity.hpp"
#include "store/rights.hpp"
#include "store/state_schema.hpp"
#include "store/statistics.hpp"
#include "walk/recovery.hpp"
#include "walk/table_walk.hpp"

#include <algorithm>

namespace rowbot
{

using namespace std::chrono_literals;

namespace
{

/// A table and when to look at it next.
struct Watched {
    KnownTable known;
    bool complete = false;
    bool stopped = false; ///< Its errors cannot be mended by trying again soon.
    Visit last = Visit::held;
    Clock::Time due{};
    Clock::Time looked{};
    Clock::Time held_since{};
    std::string why{};     ///< What it waits for; empty: nothing.
    std::string changes{}; ///< Its statistics counters when it was last complete.
    int failed_visits = 0;
    std::map<std::string, std::string> cleanups_held{}; ///< By name, why.
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
    Clock& clock;
    Connections connections;
    std::string const owner = this_program();
    std::string const id = owner + " " + random_token();
    std::vector<std::string> names{}; ///< Those that it carries, as table/name.
    std::vector<Watched> watched{};

    State(WorkerOptions o, std::vector<Table> t, Observer& ob, Clock& c)
        : options(std::move(o)), tables(std::move(t)), observer(ob), clock(c),
          connections(options.connection)
    {
    }

    bool connect(std::stop_token stop);
    void register_all();
    bool begin(std::stop_token stop);
    void visit(Watched& table, Surroundings const& surroundings, std::stop_token stop);
    void hold(Watched& table, std::string const& why);
    void stop_table(Watched& table, std::string const& why);
    void visit_due(Surroundings const& surroundings, std::stop_token stop);
    void postpone(Watched& table, TableWalk const& walk);
    bool cleanup_due(Watched const& table);
    std::optional<Outcome> settled() const;
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
            observer.waiting("", "the database cannot be reached: " + message_of(e));
        }
        if (clock.now() - began >= options.connect_wait) return false;
        clock.wait(pause, stop);
    }
    return false;
}

void Worker::State::register_all()
{
    auto& session = connections.writer();
    ensure_state_schema(session);
    watched.clear();
    for (auto& known : look_up(session, tables)) {
        check_rights(session, known, leaves_of(session, known)); // also: what cannot be walked
        watched.push_back({.known = std::move(known)});
        auto const& table = watched.back().known.table;
        for (auto const& upgrade : table.upgrades)
            if (upgrade.needs_migration > 0)
                throw ConfigError(table.name + ": upgrade '" + upgrade.name +
                                  "' needs schema migration " +
                                  std::to_string(upgrade.needs_migration) +
                                  ", and this version runs no schema migrations yet");
    }
    names.clear();
    Work work(session, Purpose::durable);
    for (auto& table : watched) {
        register_table(work, table.known);
        for (auto const& upgrade : table.known.table.upgrades)
            names.push_back(table.known.name + "/" + upgrade.name);
        auto const found =
            work.exec("SELECT state FROM rowbot.walk WHERE table_name = $1", {table.known.name});
        table.complete = std::string_view(found[0][0].c_str()) == "complete";
    }
    announce(work, id, owner, names);
    work.commit();
}

/// Connects and enters the tables. False: unreachable, or asked to stop.
bool Worker::State::begin(std::stop_token stop)
{
    auto const began = clock.now();
    while (connect(stop)) {
        try {
            std::stop_callback const cancel(stop, [this] { connections.cancel(); });
            register_all();
            return true;
        } catch (pqxx::failure const& e) {
            if (stop.stop_requested()) return false; // cancelled
            auto const recovery = recovery_for(std::current_exception());
            bool const passes = recovery == Recovery::retry || recovery == Recovery::wait ||
                                recovery == Recovery::reconnect;
            if (!passes || clock.now() - began >= std::max(options.connect_wait, options.lock_wait))
                throw;
            observer.waiting("", message_of(e));
            clock.wait(100ms, stop);
        }
    }
    return false;
}

/// Whether a cleanup that was held back may begin.
bool Worker::State::cleanup_due(Watched const& table)
{
    return std::any_of(
        table.cleanups_held.begin(), table.cleanups_held.end(), [&](auto const& held) {
            auto const after = options.cleanup_after.smallest(table.known.table.name, {held.first});
            return cleanup_hindrance(connections.writer(), table.known.name, held.first, after,
                                     options.lease)
                .empty();
        });
}

void Worker::State::postpone(Watched& table, TableWalk const& walk)
{
    for (auto const& [name, why] : walk.cleanups_held())
        if (table.cleanups_held[name] != why)
            observer.cleanup_held(table.known.table.name, name, why);
    table.cleanups_held = walk.cleanups_held();
    table.complete = table.last == Visit::complete;
    // A table that fails is tried again later and later; a finished one costs at most 1 % of the
    // time.
    table.failed_visits = table.last == Visit::failing ? table.failed_visits + 1 : 0;
    auto const back_off = table.failed_visits == 0
                              ? 0ms
                              : std::min<std::chrono::milliseconds>(
                                    1h, options.recheck * (1 << std::min(table.failed_visits, 10)));
    table.looked = clock.now();
    table.due = table.looked + std::max<std::chrono::nanoseconds>(
                                   {options.recheck, 99 * walk.look_took(), back_off});
}

void Worker::State::visit(Watched& table, Surroundings const& surroundings, std::stop_token stop)
{
    try {
        auto const paused = pause_reason(connections.writer(), table.known.name);
        if (!paused.empty()) return hold(table, paused);
        if (table.why.starts_with("paused")) {
            observer.resumed(table.known.table.name);
            set_table_state(connections.writer(), table.known.name, "", "");
            table.why.clear();
        }
        auto const changes = changes_of(connections.writer(), table.known.name);
        bool const idle = table.complete && !cleanup_due(table) && table.last == Visit::complete &&
                          changes == table.changes && !changes.empty();
        if (idle && clock.now() - table.looked < 24h) {
            table.due = clock.now() + options.recheck;
            return;
        }
        TableWalk walk(surroundings, table.known);
        auto const ended = walk.run(table.complete, stop);
        if (ended == Visit::held) return hold(table, walk.why());
        table.last = ended;
        table.why.clear();
        table.changes = changes;
        postpone(table, walk);
    } catch (LeaseLost const& e) {
        hold(table, e.what());
    } catch (pqxx::failure const& e) {
        if (stop.stop_requested()) return; // cancelled
        auto const recovery = recovery_for(std::current_exception());
        if (recovery == Recovery::reconnect || recovery == Recovery::wait) throw;
        if (recovery == Recovery::retry || recovery == Recovery::prepare_again)
            hold(table, message_of(e)); // locked by somebody, not at fault
        else
            stop_table(table, message_of(e));
    } catch (Error const& e) {
        stop_table(table, e.what());
    }
}

void Worker::State::hold(Watched& table, std::string const& why)
{
    if (table.why.empty()) table.held_since = clock.now();
    if (table.why != why) {
        observer.waiting(table.known.table.name, why);
        if (why.starts_with("paused"))
            set_table_state(connections.writer(), table.known.name, "", why);
    }
    table.why = why;
    table.last = Visit::held;
    table.due = clock.now() + 250ms;
}

void Worker::State::stop_table(Watched& table, std::string const& why)
{
    observer.table_stopped(table.known.table.name, why);
    set_table_state(connections.writer(), table.known.name, "failing", why);
    table.stopped = true;
    table.due = clock.now() + std::max<std::chrono::milliseconds>(options.recheck, 1s);
}

void Worker::State::visit_due(Surroundings const& surroundings, std::stop_token stop)
{
    for (auto& table : watched) {
        if (stop.stop_requested()) return;
        bool const over = options.once && (table.stopped || (table.last != Visit::held &&
                                                             table.last != Visit::blocked &&
                                                             table.looked != Clock::Time{}));
        if (!over && clock.now() >= table.due) visit(table, surroundings, stop);
    }
}

/// With `once`: the outcome, as soon as nothing more can be done.
std::optional<Outcome> Worker::State::settled() const
{
    auto const any = [&](auto const& is) {
        return std::any_of(watched.begin(), watched.end(), is);
    };
    if (any([&](auto const& t) {
            return !t.stopped && t.last == Visit::held &&
                   clock.now() - t.held_since < options.lock_wait;
        }))
        return std::nullopt;
    if (any([](auto const& t) { return t.stopped; })) return Outcome::failed;
    if (any([](auto const& t) { return t.last == Visit::failing; })) return Outcome::rows_failed;
    if (any([](auto const& t) { return t.last == Visit::held || t.last == Visit::blocked; }))
        return Outcome::not_yet;
    return Outcome::done;
}

Outcome Worker::State::run(std::stop_token stop)
{
    if (!begin(stop)) return stop.stop_requested() ? Outcome::done : Outcome::unreachable;
    observer.started(watched.size());
    Watch watch(options, id, owner, names);
    Surroundings const surroundings{options, observer, clock, connections, watch, owner, id};

    while (!stop.stop_requested()) {
        try {
            visit_due(surroundings, stop);
        } catch (pqxx::failure const& e) {
            observer.waiting("", message_of(e));
            clock.wait(100ms, stop);
            if (!connect(stop)) return stop.stop_requested() ? Outcome::done : Outcome::unreachable;
            for (auto& table : watched) table.changes.clear(); // a crash sets counters to zero
            observer.resumed("");
            continue;
        }
        if (options.once && !stop.stop_requested())
            if (auto const outcome = settled()) return *outcome;
        auto next = clock.now() + 1s;
        for (auto const& table : watched)
            if (!(options.once && table.last != Visit::held)) next = std::min(next, table.due);
        if (auto const pause = next - clock.now(); pause.count() > 0) clock.wait(pause, stop);
    }
    return Outcome::done;
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

} // namespace rowbot
