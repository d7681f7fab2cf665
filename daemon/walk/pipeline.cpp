// SPDX-License-Identifier: MIT
#include "walk/pipeline.hpp"

#include <algorithm>

namespace rowbot
{
namespace
{

constexpr std::size_t most_queued = 2;

bool needs_transaction(Table const& table, Row const& row)
{
    return std::any_of(table.upgrades.begin(), table.upgrades.end(), [&](auto const& upgrade) {
        return upgrade.apply.needs_transaction() && !row.applied(upgrade.name);
    });
}

} // namespace

Pipeline::Pipeline(Session& reader, RowWriter& writer, KnownTable const& table, Leaf const& leaf,
                   FailedRows const& failed, BatchSize& size, std::int64_t& span, Clock& clock,
                   PipelineLimits limits)
    : session_(reader), writer_(writer), table_(table), leaf_(leaf), failed_(failed), size_(size),
      span_(span), clock_(clock), limits_(limits), reader_(table, leaf), batch_rows_(size.rows())
{
}

Position Pipeline::run(Position from, Wrote const& wrote, Halt const& halt, std::stop_token stop)
{
    std::jthread reading([&, from](std::stop_token reader_stop) { read_all(from, reader_stop); });
    for (bool ended = false; !stop.stop_requested() && !halt();) {
        auto batch = pop(ended);
        if (ended) break;
        if (!batch) continue;
        auto const began = clock_.now();
        auto const written = writer_.write(*batch, stop);
        auto const took = std::max(batch->took, clock_.now() - began);
        auto const rows =
            static_cast<std::int64_t>(batch->rows.keys.size() + batch->transactional.size());
        {
            std::lock_guard const lock(mutex_);
            size_.took(rows, took);
            batch_rows_ = size_.rows();
        }
        from = batch->end;
        wrote(from, written, took);
    }
    reading.request_stop();
    changed_.notify_all();
    reading.join();
    if (error_ && !stop.stop_requested()) std::rethrow_exception(error_);
    return from;
}

void Pipeline::read_all(Position from, std::stop_token stop)
{
    try {
        auto const began = clock_.now();
        std::int64_t batches = 0;
        while (from.block < leaf_.blocks && !stop.stop_requested()) {
            auto batch = read(from, stop);
            if (stop.stop_requested()) break;
            from = batch.end;
            batches += batch.rows.keys.empty() && batch.transactional.empty() ? 0 : 1;
            if (!push(std::move(batch), stop)) break;
            if (limits_.batches > 0 && batches >= limits_.batches) break;
            if (limits_.stretch.count() > 0 && clock_.now() - began >= limits_.stretch) break;
        }
    } catch (...) {
        std::lock_guard const lock(mutex_);
        error_ = std::current_exception();
    }
    std::lock_guard const lock(mutex_);
    finished_ = true;
    changed_.notify_all();
}

Batch Pipeline::read(Position from, std::stop_token stop)
{
    std::int64_t wanted = 0;
    {
        std::lock_guard const lock(mutex_);
        wanted = batch_rows_;
    }
    auto const began = clock_.now();
    auto const to_block = std::min(leaf_.blocks, from.block + span_);
    Batch batch{.end = {to_block, 0}};
    RowReader::Found found;
    {
        Work work(session_, Purpose::read, reader_.hold_sql());
        if (work.first_result()[0][0].as<unsigned>() != leaf_.filenode) throw LeafRewritten();
        found = reader_.range(work, from, to_block, wanted, limits_.most_bytes);
        work.commit();
    }
    auto const covered = (found.cut ? found.positions.back().block + 1 : to_block) - from.block;
    span_ =
        next_span(std::max<std::int64_t>(covered, 1), static_cast<std::int64_t>(found.rows.size()),
                  found.cut, wanted, clock_.now() - began, limits_.target);
    if (found.cut) batch.end = found.positions.back();
    transform(std::move(found), batch, stop);
    batch.took = clock_.now() - began;
    return batch;
}

void Pipeline::transform(RowReader::Found found, Batch& batch, std::stop_token stop)
{
    auto const began = clock_.now();
    std::vector<VisitedRow> rows;
    for (std::size_t i = 0; i < found.rows.size() && !stop.stop_requested(); ++i) {
        session_.beat();
        auto& row = found.rows[i];
        auto key = key_of(leaf_.shape, row);
        if (failed_.contains(leaf_.shape.qualified, key)) continue;
        if (needs_transaction(table_.table, row)) {
            batch.transactional.push_back(std::move(key));
        } else {
            auto applied = upgraded(table_.table, row);
            if (applied.failure) {
                batch.failures.push_back(*applied.failure);
                batch.failed_keys.push_back(std::move(key));
            }
            if (!applied.steps.empty()) rows.push_back({std::move(row), std::move(applied)});
        }
        // A slow upgrade: write what there is before it grows old.
        if (i + 1 < found.rows.size() && clock_.now() - began > 2 * limits_.target) {
            batch.end = found.positions[i];
            break;
        }
    }
    batch.rows = writer_.prepare(rows);
}

bool Pipeline::push(Batch batch, std::stop_token stop)
{
    std::unique_lock lock(mutex_);
    if (!changed_.wait(lock, stop, [&] { return queue_.size() < most_queued; })) return false;
    queue_.push_back(std::move(batch));
    changed_.notify_all();
    return true;
}

/// No batch within a moment: the caller looks whether to halt. `ended`: there will be none.
std::optional<Batch> Pipeline::pop(bool& ended)
{
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::milliseconds{100},
                      [&] { return !queue_.empty() || finished_; });
    ended = queue_.empty() && finished_;
    if (queue_.empty()) return std::nullopt;
    auto batch = std::move(queue_.front());
    queue_.pop_front();
    changed_.notify_all();
    return batch;
}

} // namespace rowbot
