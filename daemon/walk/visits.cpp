// SPDX-License-Identifier: MIT
#include "walk/visits.hpp"

#include "store/rights.hpp"
#include "store/schema_version.hpp"
#include "store/state_schema.hpp"
#include "store/statistics.hpp"
#include "walk/recovery.hpp"

#include <algorithm>

namespace rowbot
{

using namespace std::chrono_literals;

void Visits::enter(std::vector<Table> const& tables, std::string const& id,
                   std::string const& owner)
{
    auto& session = connections_.writer();
    ensure_state_schema(session);
    watched_.clear();
    std::vector<Table> ready;
    ready.reserve(tables.size());
    for (auto const& table : tables)
        ready.push_back(ready_part(session, table, options_.migrations_table).table);
    look_up(session, ready); // all of them: two may be one table under two spellings
    for (auto const& table : tables) watched_.push_back({table, look_up_ready(table)});
    names_.clear();
    Work work(session, Purpose::durable);
    for (auto& table : watched_) {
        auto whole = table.known;
        whole.table.upgrades = table.all.upgrades;
        register_table(work, whole);
        for (auto const& upgrade : table.all.upgrades)
            names_.push_back(table.known.name + "/" + upgrade.name);
        auto const found =
            work.exec("SELECT state FROM rowbot.walk WHERE table_name = $1", {table.known.name});
        table.complete = std::string_view(found[0][0].c_str()) == "complete";
    }
    announce(work, id, owner, names_);
    work.commit();
}

/// Whether a cleanup that was held back may begin.
bool Visits::cleanup_due(Watched const& table)
{
    return std::any_of(
        table.cleanups_held.begin(), table.cleanups_held.end(), [&](auto const& held) {
            auto const after =
                options_.cleanup_after.smallest(table.known.table.name, {held.first});
            return cleanup_hindrance(connections_.writer(), table.known.name, held.first, after,
                                     options_.lease)
                .empty();
        });
}

void Visits::postpone(Watched& table, TableWalk const& walk)
{
    for (auto const& [name, why] : walk.cleanups_held())
        if (table.cleanups_held[name] != why)
            observer_.cleanup_held(table.known.table.name, name, why);
    table.cleanups_held = walk.cleanups_held();
    table.complete = table.last == Visit::complete;
    // A table that fails is tried again later and later; a finished one costs at most 1 % of the
    // time.
    table.failed_visits = table.last == Visit::failing ? table.failed_visits + 1 : 0;
    auto const back_off =
        table.failed_visits == 0
            ? 0ms
            : std::min<std::chrono::milliseconds>(1h, options_.recheck *
                                                          (1 << std::min(table.failed_visits, 10)));
    table.looked = clock_.now();
    table.due = table.looked + std::max<std::chrono::nanoseconds>(
                                   {options_.recheck, 99 * walk.look_took(), back_off});
}

/// Why the table cannot be walked now; empty: it can.
Hold Visits::hindrance(Watched& table)
{
    Hold paused{WaitFor::pause, pause_reason(connections_.writer(), table.known.name)};
    if (paused) return paused;
    bool const was_waiting = table.hold && table.hold.for_what == WaitFor::migration;
    bool const was_paused = table.hold && table.hold.for_what == WaitFor::pause;
    if (!table.known.waits_for.empty()) look_up_again(table);
    auto const& ready = table.known;
    if (was_paused || (was_waiting && ready.waits_for.empty())) {
        observer_.resumed(ready.table.name);
        set_table_state(connections_.writer(), ready.name, "", "");
        table.hold = {};
    }
    bool const nothing_ready = ready.table.upgrades.empty() && ready.table.cleanups.empty();
    return nothing_ready ? Hold{WaitFor::migration, ready.waits_for} : Hold{};
}

/// Whether all that could be done is done, and nothing has changed since.
bool Visits::nothing_to_do(Watched& table, std::string const& changes)
{
    bool const unchanged = changes == table.changes && !changes.empty();
    auto const& waits_for = table.known.waits_for;
    if (unchanged && !waits_for.empty() && table.waited_for == waits_for) {
        hold(table, {WaitFor::migration, waits_for});
        return true;
    }
    table.waited_for.clear();
    if (!unchanged || !table.complete || table.last != Visit::complete || cleanup_due(table) ||
        clock_.now() - table.looked >= 24h)
        return false;
    table.due = clock_.now() + options_.recheck;
    return true;
}

void Visits::walk(Watched& table, Surroundings const& surroundings, std::stop_token stop)
{
    auto const why_not = hindrance(table);
    if (why_not) return hold(table, why_not);
    auto const changes = changes_of(connections_.writer(), table.known.name);
    if (nothing_to_do(table, changes)) return;
    TableWalk walk(surroundings, table.known);
    auto const ended = walk.run(table.complete, stop);
    if (ended == Visit::held) return hold(table, walk.hold());
    table.changes = changes;
    if (ended == Visit::complete && !table.known.waits_for.empty()) {
        table.waited_for = table.known.waits_for;
        return hold(table, {WaitFor::migration, table.known.waits_for});
    }
    table.last = ended;
    table.hold = {};
    postpone(table, walk);
}

void Visits::visit(Watched& table, Surroundings const& surroundings, std::stop_token stop)
{
    try {
        walk(table, surroundings, stop);
    } catch (LeaseLost const& e) {
        hold(table, {WaitFor::worker, e.what()});
    } catch (pqxx::failure const& e) {
        if (stop.stop_requested()) return; // cancelled
        auto const recovery = recovery_for(std::current_exception());
        if (recovery == Recovery::reconnect || recovery == Recovery::wait) throw;
        if (recovery == Recovery::retry || recovery == Recovery::prepare_again)
            hold(table, {WaitFor::lock, message_of(e)}); // locked by somebody, not at fault
        else
            stop_table(table, message_of(e));
    } catch (Error const& e) {
        stop_table(table, e.what());
    }
}

/// The table with the upgrades that can run now, held against the database.
KnownTable Visits::look_up_ready(Table const& table)
{
    auto& session = connections_.writer();
    auto ready = ready_part(session, table, options_.migrations_table);
    auto known = look_up(session, ready.table);
    known.waits_for = ready.waits_for;
    check_rights(session, known, leaves_of(session, known)); // also: what cannot be walked
    return known;
}

/// A migration may have been applied since.
void Visits::look_up_again(Watched& table)
{
    auto const ready = ready_part(connections_.writer(), table.all, options_.migrations_table);
    if (ready.waits_for == table.known.waits_for) return;
    table.known = look_up_ready(table.all);
    table.complete = false;
}

void Visits::hold(Watched& table, Hold const& why)
{
    if (!table.hold) table.held_since = clock_.now();
    if (table.hold != why) {
        observer_.waiting(table.known.table.name, why.for_what, why.why);
        if (why.for_what == WaitFor::pause || why.for_what == WaitFor::migration)
            set_table_state(connections_.writer(), table.known.name, "", why.why);
    }
    table.hold = why;
    table.last = Visit::held;
    table.due = clock_.now() + 250ms;
}

void Visits::stop_table(Watched& table, std::string const& why)
{
    observer_.table_stopped(table.known.table.name, why);
    set_table_state(connections_.writer(), table.known.name, "failing", why);
    table.stopped = true;
    table.due = clock_.now() + std::max<std::chrono::milliseconds>(options_.recheck, 1s);
}

void Visits::visit_due(Surroundings const& surroundings, std::stop_token stop)
{
    for (auto& table : watched_) {
        if (stop.stop_requested()) return;
        bool const over = options_.once && (table.stopped || (table.last != Visit::held &&
                                                              table.last != Visit::blocked &&
                                                              table.looked != Clock::Time{}));
        if (!over && clock_.now() >= table.due) visit(table, surroundings, stop);
    }
}

std::optional<Outcome> Visits::settled() const
{
    auto const any = [&](auto const& is) {
        return std::any_of(watched_.begin(), watched_.end(), is);
    };
    if (any([&](auto const& t) {
            return !t.stopped && t.last == Visit::held &&
                   clock_.now() - t.held_since < options_.lock_wait;
        }))
        return std::nullopt;
    if (any([](auto const& t) { return t.stopped; })) return Outcome::failed;
    if (any([](auto const& t) { return t.last == Visit::failing; })) return Outcome::rows_failed;
    if (any([](auto const& t) { return t.last == Visit::held || t.last == Visit::blocked; }))
        return Outcome::not_yet;
    return Outcome::done;
}

Clock::Time Visits::next_due() const
{
    auto next = clock_.now() + 1s;
    for (auto const& table : watched_)
        if (!(options_.once && table.last != Visit::held)) next = std::min(next, table.due);
    return next;
}

void Visits::forget_changes()
{
    for (auto& table : watched_) table.changes.clear();
}

} // namespace rowbot
