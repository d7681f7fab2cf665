// SPDX-License-Identifier: MIT
#pragma once

#include "walk/pipeline.hpp"
#include "walk/surroundings.hpp"

namespace rowbot
{

/// How a visit to a table ended.
enum class Visit : char {
    complete, ///< Proved: no row lacks a name.
    failing,  ///< All but the rows that failed.
    held,     ///< Paused, or another worker has it: `why` says so.
    blocked,  ///< Rows stay pending because somebody holds locks on them.
    stopped   ///< Asked to stop.
};

/// The walk of one table, from taking its lease to the proof. One thread.
class TableWalk
{
public:
    TableWalk(Surroundings surroundings, KnownTable const& table);

    /// Passes until nothing is found, then the proof, then the cleanups that may be done.
    /// `look_first`: the table was complete when last seen. Throws what recovery_for does not
    /// retry, and LeaseLost.
    Visit run(bool look_first, std::stop_token stop);

    std::string const& why() const noexcept { return why_; }
    std::chrono::nanoseconds look_took() const noexcept { return look_took_; }
    /// Names that may not be cleaned up yet, and why.
    std::map<std::string, std::string> const& cleanups_held() const noexcept
    {
        return cleanups_held_;
    }

private:
    Visit rounds(bool look_first, std::stop_token stop);
    Visit wait_while_held(std::stop_token stop);
    Counts look(std::stop_token stop);
    bool pass(std::stop_token stop);
    bool walk_leaf(Leaf& leaf, Position from, std::stop_token stop);
    Position stretch(Leaf const& leaf, Position from, std::int64_t& span, std::stop_token stop);
    void rest(std::chrono::nanoseconds worked, std::stop_token stop);
    void recover(std::exception_ptr const& error, int& failures, std::stop_token stop);
    void choose_cleanups();
    bool clean_up(Counts counts, std::stop_token stop);
    bool halted() const;
    void record(Work& work, Written const& written);
    void report(Written const& written, std::chrono::nanoseconds took);
    PipelineLimits limits() const;

    Surroundings s_;
    KnownTable const& table_;
    std::vector<std::string> upgrades_{};
    std::vector<std::string> removals_{}; ///< Names that may be cleaned up now.
    std::map<std::string, std::string> cleanups_held_{};
    std::optional<Lease> lease_{};
    FailedRows failed_{};
    BatchSize size_;
    Progress progress_{};
    std::int64_t blocks_before_ = 0; ///< Of the leaves that this pass has finished.
    std::int64_t rows_found_ = 0;    ///< In this pass.
    std::int64_t rows_locked_ = 0;   ///< In this pass, by others: left pending.
    std::int64_t rows_estimated_ = 0;
    std::chrono::nanoseconds previous_rest_{}, last_batch_{}, look_took_{};
    Clock::Time recorded_{}, began_{};
    std::int64_t rows_since_began_ = 0;
    int passes_ = 0;
    std::string why_{};
};

} // namespace rowbot
