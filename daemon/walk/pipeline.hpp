// SPDX-License-Identifier: MIT
#pragma once

// The walk's inner loop: one thread reads and transforms batches, a queue of two, and the calling
// thread writes them through another connection. Where anything goes wrong, what was read is void:
// the caller starts again behind the last batch that was written.

#include "walk/batch_size.hpp"
#include "walk/row_writer.hpp"

#include <condition_variable>
#include <deque>
#include <thread>

namespace rowbot
{

/// The leaf was rewritten (VACUUM FULL, CLUSTER, ALTER TABLE): every position means something else.
class LeafRewritten : public Error
{
public:
    LeafRewritten() : Error("the table was rewritten in mid-walk") {}
};

struct PipelineLimits {
    std::chrono::nanoseconds target{};  ///< How long a batch should take.
    std::chrono::nanoseconds stretch{}; ///< Read no further batch after this long; 0 is no limit.
    std::int64_t batches = 0;           ///< Nor after so many with rows in them; 0 is no limit.
    std::int64_t most_bytes = 1 << 20;  ///< Of one batch.
};

class Pipeline
{
public:
    /// `reader` is used by the pipeline's thread while run() lasts.
    Pipeline(Session& reader, RowWriter& writer, KnownTable const& table, Leaf const& leaf,
             FailedRows const& failed, BatchSize& size, std::int64_t& span, Clock& clock,
             PipelineLimits limits);

    /// Called after each batch with where the pass now stands and how long the batch took.
    using Wrote = std::function<void(Position, Written const&, std::chrono::nanoseconds)>;
    /// Whether to stop before the next batch: asked to, paused, the lease lost.
    using Halt = std::function<bool()>;

    /// Walks from `from` to the leaf's end as it was when the pass began, or until a limit, or
    /// until `halt`. Returns where it stands; {leaf.blocks, 0} is the end. Throws what a thread of
    /// it threw.
    Position run(Position from, Wrote const& wrote, Halt const& halt, std::stop_token stop);

private:
    void read_all(Position from, std::stop_token stop);
    Batch read(Position from, std::stop_token stop);
    void transform(RowReader::Found found, Batch& batch, std::stop_token stop);
    bool push(Batch batch, std::stop_token stop);
    std::optional<Batch> pop(bool& ended);

    Session& session_;
    RowWriter& writer_;
    KnownTable const& table_;
    Leaf const& leaf_;
    FailedRows const& failed_;
    BatchSize& size_;
    std::int64_t& span_;
    Clock& clock_;
    PipelineLimits limits_;
    RowReader reader_;

    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<Batch> queue_;
    std::int64_t batch_rows_ = 0; // guarded by mutex_; the writer adapts it
    bool finished_ = false;
    std::exception_ptr error_;
};

} // namespace rowbot
