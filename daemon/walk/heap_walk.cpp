// SPDX-License-Identifier: MIT
#include "walk/heap_walk.hpp"

#include "throttle/pace.hpp"
#include "walk/recovery.hpp"

#include <algorithm>
#include <random>

namespace rowbot
{

using namespace std::chrono_literals;

HeapWalk::HeapWalk(Surroundings const& surroundings, KnownTable const& table,
                   std::vector<std::string> const& upgrades,
                   std::vector<std::string> const& removals, Lease& lease)
    : s_(surroundings), table_(table), removals_(removals), lease_(lease),
      target_(s_.options.batch_target.smallest(table.table.name, upgrades)),
      size_(s_.options.batch_rows.smallest(table.table.name, upgrades), target_),
      began_(s_.clock.now())
{
}

bool HeapWalk::halted() const
{
    return s_.watch.lease_lost() || s_.watch.hold();
}

PipelineLimits HeapWalk::limits() const
{
    PipelineLimits limits{.target = target_};
    if (s_.options.pace == Pace::nanobots)
        limits.batches = 1;
    else if (s_.options.duty < 1)
        limits.batches = 4, limits.stretch = 4 * limits.target;
    return limits;
}

bool HeapWalk::pass(std::stop_token stop)
{
    auto leaves = leaves_of(s_.connections.writer(), table_);
    progress_.blocks_total = 0;
    rows_estimated_ = 0;
    for (auto const& leaf : leaves) {
        progress_.blocks_total += leaf.blocks;
        rows_estimated_ += leaf.rows;
    }
    auto const resume = std::exchange(lease_.cursor, {});
    blocks_before_ = 0;
    rows_found_ = rows_locked_ = 0;
    progress_.cursor = {.pass = resume.pass};
    if (resume.leaf.empty()) s_.observer.walk_started(table_.table.name, progress_.blocks_total);
    auto const rows_before = rows_written_;
    for (auto& leaf : leaves) {
        bool const here = leaf.shape.qualified == resume.leaf && leaf.filenode == resume.filenode;
        bool const passed = leaf.shape.qualified < resume.leaf;
        if (!passed && !walk_leaf(leaf, here ? resume.position : Position{}, stop)) return false;
        blocks_before_ += leaf.blocks;
    }
    progress_.cursor = {.pass = resume.pass + 1};
    lease_.cursor = progress_.cursor;
    Work work(s_.connections.writer(), Purpose::write);
    record(work, {});
    work.commit();
    ++passes_;
    s_.observer.pass_ended(table_.table.name, resume.pass + 1, rows_written_ - rows_before);
    return true;
}

bool HeapWalk::walk_leaf(Leaf& leaf, Position from, std::stop_token stop)
{
    std::int64_t span = 16;
    int failures = 0;
    while (from.block < leaf.blocks) {
        progress_.cursor.leaf = leaf.shape.qualified;
        progress_.cursor.filenode = leaf.filenode;
        progress_.cursor.position = from;
        lease_.cursor = progress_.cursor;
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

void HeapWalk::stretch(Leaf const& leaf, Position from, std::int64_t& span, std::stop_token stop)
{
    RowWriter writer(s_.connections.writer(), table_, leaf, removals_, failed_, s_.observer,
                     [&](Work& work, Written const& written) { record(work, written); });
    Pipeline pipeline(s_.connections.reader(), writer, table_, leaf, failed_, size_, span, s_.clock,
                      limits());
    pipeline.run(
        from,
        [&](Position at, Written const& written, std::chrono::nanoseconds took) {
            progress_.cursor.position = at;
            progress_.blocks_done = blocks_before_ + at.block;
            rows_found_ += written.rows + written.failed;
            rows_locked_ += written.locked;
            rows_written_ += written.rows;
            last_batch_ = took;
            report(written, took);
        },
        [&] { return halted(); }, stop);
}

void HeapWalk::report(Written const& written, std::chrono::nanoseconds took)
{
    auto const now = s_.clock.now();
    auto const seconds = std::chrono::duration<double>(now - began_).count();
    progress_.rows_failed = failed_.size();
    progress_.rows_per_s = seconds > 0 ? static_cast<double>(rows_written_) / seconds : 0;
    progress_.rows_pending = rows_left();
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
                               .batch_rows = size_.rows(),
                               .rows_pending = progress_.rows_pending,
                               .rows_upgraded = written.by_upgrade});
}

/// An estimate: as many rows a block as were found so far, or as PostgreSQL counted.
std::int64_t HeapWalk::rows_left() const
{
    auto const share = [](std::int64_t rows, std::int64_t blocks) {
        return blocks > 0 ? static_cast<double>(rows) / static_cast<double>(blocks) : 0;
    };
    auto const rows_a_block = progress_.blocks_done > 0
                                  ? share(rows_found_, progress_.blocks_done)
                                  : share(rows_estimated_, progress_.blocks_total);
    auto const blocks = static_cast<double>(progress_.blocks_total - progress_.blocks_done);
    return static_cast<std::int64_t>(blocks * rows_a_block) + failed_.size() + rows_locked_;
}

void HeapWalk::record(Work& work, Written const& written)
{
    progress_.rows_written = written.rows;
    progress_.rows_upgraded = written.by_upgrade;
    if (!rowbot::record(work, lease_, progress_)) throw LeaseLost();
    recorded_ = s_.clock.now();
}

void HeapWalk::rest(std::chrono::nanoseconds worked, std::stop_token stop)
{
    auto rest = std::chrono::nanoseconds::zero();
    if (s_.options.pace == Pace::nanobots)
        rest = previous_rest_ = nanobots_rest(last_batch_, previous_rest_);
    else if (s_.options.duty < 1)
        rest = rest_after(worked, s_.options.duty);
    if (rest.count() > 0) s_.clock.wait(rest, stop);
}

/// Waits where trying again may help; throws the error where it does not.
void HeapWalk::recover(std::exception_ptr const& error, int& failures, std::stop_token stop)
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

} // namespace rowbot
