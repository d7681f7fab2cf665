// SPDX-License-Identifier: MIT
#pragma once

#include "walk/heap_walk.hpp"

namespace rowbot
{

/// How a visit to a table ended.
enum class Visit : char {
    complete, ///< Proved: no row lacks a name.
    failing,  ///< All but the rows that failed.
    held,     ///< Paused, or another worker has it: `hold` says so.
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

    /// After Visit::held.
    Hold const& hold() const noexcept { return hold_; }
    std::chrono::nanoseconds look_took() const noexcept { return look_took_; }
    /// Names that may not be cleaned up yet, and why.
    std::map<std::string, std::string> const& cleanups_held() const noexcept
    {
        return cleanups_held_;
    }

private:
    Visit rounds(bool look_first, std::stop_token stop);
    std::optional<Visit> finish(Counts const& counts, std::stop_token stop);
    bool wait_for_rows(std::chrono::milliseconds& blocked_for, std::stop_token stop);
    Visit wait_while_held(std::stop_token stop);
    Counts look(std::stop_token stop);
    void choose_cleanups();
    bool clean_up(Counts counts, std::stop_token stop);

    Surroundings s_;
    KnownTable const& table_;
    std::vector<std::string> upgrades_{};
    std::vector<std::string> removals_{}; ///< Names that may be cleaned up now.
    std::map<std::string, std::string> cleanups_held_{};
    std::optional<Lease> lease_{};
    std::optional<HeapWalk> heap_{};
    std::chrono::nanoseconds look_took_{};
    Hold hold_{};
};

} // namespace rowbot
