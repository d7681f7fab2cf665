// SPDX-License-Identifier: MIT
#include "walk/table_walk.hpp"

#include "walk/cleanup.hpp"
#include "walk/proof.hpp"

#include <algorithm>

namespace rowbot
{

using namespace std::chrono_literals;

namespace
{

std::vector<std::string> names_of(Table const& table)
{
    std::vector<std::string> names;
    for (auto const& upgrade : table.upgrades) names.push_back(upgrade.name);
    return names;
}

} // namespace

TableWalk::TableWalk(Surroundings surroundings, KnownTable const& table)
    : s_(std::move(surroundings)), table_(table), upgrades_(names_of(table.table))
{
}

Visit TableWalk::run(bool look_first, std::stop_token stop)
{
    std::string holder;
    lease_ =
        acquire(s_.connections.writer(), table_.name, s_.owner, s_.token, s_.options.lease, holder);
    if (!lease_) {
        hold_ = {WaitFor::worker, "another worker walks it: " + holder};
        return Visit::held;
    }
    s_.observer.claimed(table_.table.name);
    s_.watch.look_after(*lease_);
    heap_.emplace(s_, table_, upgrades_, removals_, *lease_);
    struct Release {
        TableWalk& walk;
        ~Release()
        {
            walk.s_.watch.look_after_nothing();
            try {
                release(walk.s_.connections.writer(), *walk.lease_);
            } catch (std::exception const&) {
                // The lease runs out by itself.
            }
        }
    } const releasing{*this};
    // Declared after it: the lease is given back by a statement that is not cancelled any more.
    std::stop_callback const cancel(stop, [this] { s_.connections.cancel(); });
    check_not_cleaned(s_.connections.writer(), table_);
    return rounds(look_first, stop);
}

Visit TableWalk::rounds(bool look_first, std::stop_token stop)
{
    choose_cleanups();
    auto blocked_for = 0ms;
    for (bool look_next = look_first || upgrades_.empty();;) {
        if (auto const held = wait_while_held(stop); held != Visit::complete) return held;
        if (look_next) {
            auto const counts = look(stop);
            if (stop.stop_requested()) return Visit::stopped;
            if (counts.rows_lacking <= heap_->failed().size()) {
                if (auto const end = finish(counts, stop)) return *end;
                continue;
            }
        }
        auto const before = std::pair(heap_->rows_written(), heap_->failed().size());
        look_next = heap_->pass(stop);
        if (stop.stop_requested()) return Visit::stopped;
        if (before != std::pair(heap_->rows_written(), heap_->failed().size())) {
            blocked_for = 0ms;
        } else if (look_next && heap_->passes() > 1) {
            if (!wait_for_rows(blocked_for, stop)) return Visit::blocked;
        }
    }
}

/// No row is left to be written. None: a cleanup was halted, look again.
std::optional<Visit> TableWalk::finish(Counts const& counts, std::stop_token stop)
{
    choose_cleanups(); // the pass may have taken days
    if (counts.rows_lacking > 0)
        s_.observer.table_failing(table_.table.name, counts.rows_lacking);
    else if (table_.waits_for.empty())
        s_.observer.table_complete(table_.table.name);
    if (!clean_up(counts, stop)) return std::nullopt;
    return counts.rows_lacking == 0 ? Visit::complete : Visit::failing;
}

/// Nothing could be written: somebody holds the rows. Does not look again and again; false: lets
/// other tables have their turn.
bool TableWalk::wait_for_rows(std::chrono::milliseconds& blocked_for, std::stop_token stop)
{
    if (blocked_for >= (s_.options.once ? s_.options.lock_wait : 5s)) return false;
    auto const pause = std::clamp<std::chrono::milliseconds>(blocked_for, 100ms, 5s);
    s_.clock.wait(pause, stop);
    blocked_for += pause;
    return true;
}

/// Visit::complete: it may go on.
Visit TableWalk::wait_while_held(std::stop_token stop)
{
    auto const began = s_.clock.now();
    auto const paused = [&] {
        return Hold{WaitFor::pause, pause_reason(s_.connections.writer(), table_.name)};
    };
    auto hold = paused();
    bool const waited = hold || s_.watch.hold();
    if (hold && !s_.options.once) { // other tables need not wait for this one
        hold_ = hold;
        return Visit::held;
    }
    for (Hold told;;) {
        if (stop.stop_requested()) return Visit::stopped;
        if (s_.watch.lease_lost()) throw LeaseLost();
        if (!hold) hold = s_.watch.hold();
        if (!hold) break;
        if (hold != told) {
            s_.observer.waiting(table_.table.name, hold.for_what, hold.why);
            set_table_state(s_.connections.writer(), table_.name, "", hold.why);
            told = hold;
        }
        hold_ = hold;
        if (s_.options.once && s_.clock.now() - began > s_.options.lock_wait) return Visit::held;
        s_.clock.wait(100ms, stop);
        hold = paused();
    }
    if (waited) {
        s_.observer.resumed(table_.table.name);
        set_table_state(s_.connections.writer(), table_.name, "", "");
    }
    return Visit::complete;
}

Counts TableWalk::look(std::stop_token stop)
{
    auto const began = s_.clock.now();
    try {
        Work work(s_.connections.writer(), Purpose::durable);
        std::vector<std::string> const cleanups(table_.table.cleanups.begin(),
                                                table_.table.cleanups.end());
        auto counts =
            look_at(work, table_.shape.qualified, upgrades_, cleanups, table_.table.where);
        record_counts(work, table_, counts, heap_->failed().size());
        work.commit();
        look_took_ = s_.clock.now() - began;
        return counts;
    } catch (pqxx::failure const&) {
        if (!stop.stop_requested()) throw;
        return {}; // cancelled
    }
}

void TableWalk::choose_cleanups()
{
    removals_.clear();
    cleanups_held_.clear();
    for (auto const& name : table_.table.cleanups) {
        auto const after = s_.options.cleanup_after.smallest(table_.table.name, {name});
        auto const why =
            begin_cleanup(s_.connections.writer(), table_.name, name, after, s_.options.lease);
        if (why.empty())
            removals_.push_back(name);
        else
            cleanups_held_[name] = why;
    }
}

/// False where it was interrupted. `counts` is what the look before it found.
bool TableWalk::clean_up(Counts counts, std::stop_token stop)
{
    auto const most = s_.options.cleanup_batch_rows.smallest(table_.table.name, removals_);
    auto const halt = [&] { return stop.stop_requested() || heap_->halted(); };
    auto const held_by_rows = [&] {
        return std::any_of(removals_.begin(), removals_.end(),
                           [&](auto const& name) { return counts.holding[name] > 0; });
    };
    std::int64_t rows = 0;
    while (held_by_rows()) {
        auto began = s_.clock.now();
        for (auto const& leaf : leaves_of(s_.connections.writer(), table_))
            rows += clean_leaf(
                s_.connections.writer(), leaf, removals_, most,
                [&](Work& work, Written const& written) {
                    heap_->record(work, {});
                    auto const now = s_.clock.now();
                    s_.observer.batch_written({.table = table_.table.name,
                                               .rows_written = written.rows,
                                               .took = now - began,
                                               .cleanup = true});
                    began = now;
                },
                halt);
        if (halt()) return false;
        counts = look(stop);
        if (stop.stop_requested()) return false;
    }
    for (auto const& name : removals_) {
        Work work(s_.connections.writer(), Purpose::durable);
        bool const newly = record_cleaned(work, table_.name, name);
        work.commit();
        if (newly) s_.observer.name_cleaned(table_.table.name, name, rows);
    }
    removals_.clear();
    return true;
}

} // namespace rowbot
