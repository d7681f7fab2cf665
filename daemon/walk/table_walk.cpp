// SPDX-License-Identifier: MIT
#include "walk/table_walk.hpp"

#include "throttle/pace.hpp"
#include "walk/cleanup.hpp"
#include "walk/proof.hpp"
#include "walk/recovery.hpp"

#include <algorithm>
#include <random>

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
    : s_(std::move(surroundings)), table_(table), upgrades_(names_of(table.table)),
      size_(s_.options.batch_rows.smallest(table.table.name, upgrades_),
            s_.options.batch_target.smallest(table.table.name, upgrades_))
{
}

Visit TableWalk::run(bool look_first, std::stop_token stop)
{
    lease_ =
        acquire(s_.connections.writer(), table_.name, s_.owner, s_.token, s_.options.lease, why_);
    if (!lease_) {
        why_ = "another worker walks it: " + why_;
        return Visit::held;
    }
    s_.watch.look_after(*lease_);
    began_ = s_.clock.now();
    rows_since_began_ = 0;
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
    return rounds(look_first, stop);
}

Visit TableWalk::rounds(bool look_first, std::stop_token stop)
{
    failed_.clear();
    choose_cleanups();
    auto blocked_for = 0ms;
    for (bool look_next = look_first || upgrades_.empty();;) {
        if (auto const held = wait_while_held(stop); held != Visit::complete) return held;
        if (look_next) {
            auto const counts = look(stop);
            if (stop.stop_requested()) return Visit::stopped;
            if (counts.rows_lacking <= failed_.size()) {
                choose_cleanups(); // the pass may have taken days
                if (counts.rows_lacking == 0)
                    s_.observer.table_complete(table_.table.name);
                else
                    s_.observer.table_failing(table_.table.name, counts.rows_lacking);
                if (!clean_up(counts, stop)) continue;
                return counts.rows_lacking == 0 ? Visit::complete : Visit::failing;
            }
        }
        auto const before = std::pair(rows_since_began_, failed_.size());
        look_next = pass(stop);
        if (stop.stop_requested()) return Visit::stopped;
        if (before != std::pair(rows_since_began_, failed_.size())) {
            blocked_for = 0ms;
        } else if (look_next && passes_ > 1) {
            // Nothing could be written: somebody holds the rows. Do not look again and again, and
            // let other tables have their turn.
            if (blocked_for >= (s_.options.once ? s_.options.lock_wait : 5s)) return Visit::blocked;
            auto const pause = std::clamp<std::chrono::milliseconds>(blocked_for, 100ms, 5s);
            s_.clock.wait(pause, stop);
            blocked_for += pause;
        }
    }
}

/// Visit::complete: it may go on.
Visit TableWalk::wait_while_held(std::stop_token stop)
{
    auto const began = s_.clock.now();
    auto reason = pause_reason(s_.connections.writer(), table_.name);
    bool const waited = !reason.empty() || !s_.watch.hold().empty();
    if (!reason.empty() && !s_.options.once) { // other tables need not wait for this one
        why_ = reason;
        return Visit::held;
    }
    for (auto told = std::string();;) {
        if (stop.stop_requested()) return Visit::stopped;
        if (s_.watch.lease_lost()) throw LeaseLost();
        if (reason.empty()) reason = s_.watch.hold();
        if (reason.empty()) break;
        if (reason != told) {
            s_.observer.waiting(table_.table.name, reason);
            set_table_state(s_.connections.writer(), table_.name, "", reason);
            told = reason;
        }
        why_ = reason;
        if (s_.options.once && s_.clock.now() - began > s_.options.lock_wait) return Visit::held;
        s_.clock.wait(100ms, stop);
        reason = pause_reason(s_.connections.writer(), table_.name);
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
        record_counts(work, table_, counts, failed_.size());
        work.commit();
        look_took_ = s_.clock.now() - began;
        return counts;
    } catch (pqxx::failure const&) {
        if (!stop.stop_requested()) throw;
        return {}; // cancelled
    }
}

bool TableWalk::halted() const
{
    return s_.watch.lease_lost() || !s_.watch.hold().empty();
}

PipelineLimits TableWalk::limits() const
{
    PipelineLimits limits{.target = s_.options.batch_target.smallest(table_.table.name, upgrades_)};
    if (s_.options.pace == Pace::nanobots)
        limits.batches = 1;
    else if (s_.options.duty < 1)
        limits.batches = 4, limits.stretch = 4 * limits.target;
    return limits;
}

/// False where it was interrupted: asked to stop, paused.
bool TableWalk::pass(std::stop_token stop)
{
    auto leaves = leaves_of(s_.connections.writer(), table_);
    progress_.blocks_total = 0;
    rows_estimated_ = 0;
    for (auto const& leaf : leaves) {
        progress_.blocks_total += leaf.blocks;
        rows_estimated_ += leaf.rows;
    }
    auto const resume = std::exchange(lease_->cursor, {});
    blocks_before_ = 0;
    rows_found_ = rows_locked_ = 0;
    progress_.cursor = {.pass = resume.pass};
    if (resume.leaf.empty()) s_.observer.walk_started(table_.table.name, progress_.blocks_total);
    auto const rows_before = rows_since_began_;
    for (auto& leaf : leaves) {
        bool const here = leaf.shape.qualified == resume.leaf && leaf.filenode == resume.filenode;
        bool const passed = leaf.shape.qualified < resume.leaf;
        if (!passed && !walk_leaf(leaf, here ? resume.position : Position{}, stop)) return false;
        blocks_before_ += leaf.blocks;
    }
    progress_.cursor = {.pass = resume.pass + 1};
    lease_->cursor = progress_.cursor;
    Work work(s_.connections.writer(), Purpose::write);
    record(work, {});
    work.commit();
    ++passes_;
    s_.observer.pass_ended(table_.table.name, resume.pass + 1, rows_since_began_ - rows_before);
    return true;
}

bool TableWalk::walk_leaf(Leaf& leaf, Position from, std::stop_token stop)
{
    std::int64_t span = 16;
    int failures = 0;
    while (from.block < leaf.blocks) {
        progress_.cursor.leaf = leaf.shape.qualified;
        progress_.cursor.filenode = leaf.filenode;
        progress_.cursor.position = from;
        lease_->cursor = progress_.cursor;
        if (stop.stop_requested() || halted()) {
            if (s_.watch.lease_lost()) throw LeaseLost();
            return false;
        }
        auto const began = s_.clock.now();
        try {
            stretch(leaf, from, span, stop);
            failures = 0;
        } catch (LeafRewritten const&) {
            auto const leaves = leaves_of(s_.connections.writer(), table_);
            auto const now = std::find_if(leaves.begin(), leaves.end(),
                                          [&](auto const& l) { return l.oid == leaf.oid; });
            if (now == leaves.end()) return true; // detached or dropped
            progress_.blocks_total += now->blocks - leaf.blocks;
            leaf = *now;
            progress_.cursor.position = {};
        } catch (pqxx::undefined_table const&) {
            auto const leaves = leaves_of(s_.connections.writer(), table_);
            if (std::any_of(leaves.begin(), leaves.end(),
                            [&](auto const& l) { return l.oid == leaf.oid; }))
                throw;
            return true; // detached or dropped in mid-walk
        } catch (pqxx::failure const&) {
            if (stop.stop_requested()) return false; // cancelled
            recover(std::current_exception(), failures, stop);
        }
        from = progress_.cursor.position;
        rest(s_.clock.now() - began, stop);
    }
    return true;
}

Position TableWalk::stretch(Leaf const& leaf, Position from, std::int64_t& span,
                            std::stop_token stop)
{
    RowWriter writer(s_.connections.writer(), table_, leaf, removals_, failed_, s_.observer,
                     [&](Work& work, Written const& written) { record(work, written); });
    Pipeline pipeline(s_.connections.reader(), writer, table_, leaf, failed_, size_, span, s_.clock,
                      limits());
    return pipeline.run(
        from,
        [&](Position at, Written const& written, std::chrono::nanoseconds took) {
            progress_.cursor.position = at;
            progress_.blocks_done = blocks_before_ + at.block;
            rows_found_ += written.rows + written.failed;
            rows_locked_ += written.locked;
            rows_since_began_ += written.rows;
            last_batch_ = took;
            report(written, took);
        },
        [&] { return halted(); }, stop);
}

void TableWalk::report(Written const& written, std::chrono::nanoseconds took)
{
    auto const now = s_.clock.now();
    auto const seconds = std::chrono::duration<double>(now - began_).count();
    progress_.rows_failed = failed_.size();
    progress_.rows_per_s = seconds > 0 ? static_cast<double>(rows_since_began_) / seconds : 0;
    auto const left = static_cast<double>(progress_.blocks_total - progress_.blocks_done);
    auto const density =
        progress_.blocks_done > 0
            ? static_cast<double>(rows_found_) / static_cast<double>(progress_.blocks_done)
        : progress_.blocks_total > 0
            ? static_cast<double>(rows_estimated_) / static_cast<double>(progress_.blocks_total)
            : 0;
    progress_.rows_pending =
        static_cast<std::int64_t>(left * density) + progress_.rows_failed + rows_locked_;
    if (now - recorded_ > 1s && written.rows == 0) {
        Work work(s_.connections.writer(), Purpose::write);
        record(work, {});
        work.commit();
    }
    s_.observer.batch_written({.table = table_.table.name,
                               .rows_written = written.rows,
                               .rows_conflicted = written.conflicts,
                               .rows_failed = written.failed,
                               .blocks_done = progress_.blocks_done,
                               .blocks_total = progress_.blocks_total,
                               .took = took,
                               .batch_rows = size_.rows()});
}

void TableWalk::record(Work& work, Written const& written)
{
    progress_.rows_written = written.rows;
    progress_.rows_upgraded = written.by_upgrade;
    if (!rowbot::record(work, *lease_, progress_)) throw LeaseLost();
    recorded_ = s_.clock.now();
}

void TableWalk::rest(std::chrono::nanoseconds worked, std::stop_token stop)
{
    auto rest = std::chrono::nanoseconds::zero();
    if (s_.options.pace == Pace::nanobots)
        rest = previous_rest_ = nanobots_rest(last_batch_, previous_rest_);
    else if (s_.options.duty < 1)
        rest = rest_after(worked, s_.options.duty);
    if (rest.count() > 0) s_.clock.wait(rest, stop);
}

/// Waits where trying again may help; throws the error where it does not.
void TableWalk::recover(std::exception_ptr const& error, int& failures, std::stop_token stop)
{
    auto const recovery = recovery_for(error);
    bool const again =
        recovery == Recovery::retry || (recovery == Recovery::prepare_again && failures == 0);
    if (!again) std::rethrow_exception(error);
    if (++failures % 3 == 0) size_.halve();
    try {
        std::rethrow_exception(error);
    } catch (std::exception const& e) {
        s_.observer.retried(table_.table.name, message_of(e));
    }
    std::minstd_rand random(std::random_device{}());
    auto const ceiling = std::min(10'000, 50 << std::min(failures, 8));
    s_.clock.wait(
        std::chrono::milliseconds{std::uniform_int_distribution(ceiling / 2, ceiling)(random)},
        stop);
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
    auto const halt = [&] { return stop.stop_requested() || halted(); };
    auto const held_by_rows = [&] {
        return std::any_of(removals_.begin(), removals_.end(),
                           [&](auto const& name) { return counts.holding[name] > 0; });
    };
    std::int64_t rows = 0;
    while (held_by_rows()) {
        for (auto const& leaf : leaves_of(s_.connections.writer(), table_))
            rows += clean_leaf(
                s_.connections.writer(), leaf, removals_, most,
                [&](Work& work, Written const& written) {
                    record(work, {});
                    s_.observer.batch_written(
                        {.table = table_.table.name, .rows_written = written.rows});
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
