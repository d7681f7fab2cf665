// SPDX-License-Identifier: MIT
#pragma once

#include "walk/pipeline.hpp"
#include "walk/surroundings.hpp"

namespace rowbot
{

/// The passes of one visit over the leaves of a table, in heap order, under a lease. One thread.
class HeapWalk
{
public:
    /// All must outlive it. `removals` are names that may be cleaned up on the way.
    HeapWalk(Surroundings const& surroundings, KnownTable const& table,
             std::vector<std::string> const& upgrades, std::vector<std::string> const& removals,
             Lease& lease);

    /// One pass, from where the lease's cursor stands. False where it was interrupted: asked to
    /// stop, paused. Throws what recovery_for does not retry, and LeaseLost.
    bool pass(std::stop_token stop);

    /// Writes progress as part of the transaction; throws LeaseLost to roll it back.
    void record(Work& work, Written const& written);

    /// Whether the walk has to rest, or has lost its lease.
    bool halted() const;

    FailedRows const& failed() const noexcept { return failed_; }
    std::int64_t rows_written() const noexcept { return rows_written_; }
    int passes() const noexcept { return passes_; }

private:
    bool walk_leaf(Leaf& leaf, Position from, std::stop_token stop);
    void stretch(Leaf const& leaf, Position from, std::int64_t& span, std::stop_token stop);
    void rest(std::chrono::nanoseconds worked, std::stop_token stop);
    void recover(std::exception_ptr const& error, int& failures, std::stop_token stop);
    void report(Written const& written, std::chrono::nanoseconds took);
    std::int64_t rows_left() const;
    PipelineLimits limits() const;

    Surroundings const& s_;
    KnownTable const& table_;
    std::vector<std::string> const& removals_;
    Lease& lease_;
    std::chrono::nanoseconds target_;
    BatchSize size_;
    FailedRows failed_{};
    Progress progress_{};
    std::int64_t blocks_before_ = 0; ///< Of the leaves that this pass has finished.
    std::int64_t rows_found_ = 0;    ///< In this pass.
    std::int64_t rows_locked_ = 0;   ///< In this pass, by others: left pending.
    std::int64_t rows_estimated_ = 0;
    std::int64_t rows_written_ = 0;
    int passes_ = 0;
    std::chrono::nanoseconds previous_rest_{}, last_batch_{};
    Clock::Time began_, recorded_{};
};

} // namespace rowbot
