// SPDX-License-Identifier: MIT
#pragma once

// The tables of a worker and when each is visited next: at once while it has rows to upgrade, later
// when it is finished, paused, held by another worker, or waiting for a schema migration.

#include "walk/table_walk.hpp"

namespace rowbot
{

/// A table and when to look at it next.
struct Watched {
    Table all{};      ///< Also with the upgrades that wait for a migration.
    KnownTable known; ///< Without them.
    bool complete = false;
    bool stopped = false; ///< Its errors cannot be mended by trying again soon.
    Visit last = Visit::held;
    Clock::Time due{};
    Clock::Time looked{};
    Clock::Time held_since{};
    Hold hold{};              ///< What it waits for.
    std::string waited_for{}; ///< The migration before which all is done that can be.
    std::string changes{};    ///< Its statistics counters when it was last complete.
    int failed_visits = 0;
    std::map<std::string, std::string> cleanups_held{}; ///< By name, why.
};

class Visits
{
public:
    /// What it is given must outlive it.
    Visits(WorkerOptions const& options, Observer& observer, Clock& clock, Connections& connections)
        : options_(options), observer_(observer), clock_(clock), connections_(connections)
    {
    }

    /// Creates the state schema if need be, looks the tables up, registers their upgrades and
    /// announces the program under `id`. Throws ConfigError where a table does not fit.
    void enter(std::vector<Table> const& tables, std::string const& id, std::string const& owner);

    std::size_t size() const noexcept { return watched_.size(); }
    /// The upgrades that this program carries, as table/name.
    std::vector<std::string> const& names() const noexcept { return names_; }

    /// Visits each table whose time has come. Throws libpqxx's exceptions where the connection is
    /// at fault; what is a table's own fault stops that table alone.
    void visit_due(Surroundings const& surroundings, std::stop_token stop);
    /// When to call it again, at most a second from now.
    Clock::Time next_due() const;
    /// With `once`: the outcome, as soon as nothing more can be done.
    std::optional<Outcome> settled() const;
    /// After a crash of the server the statistics counters are zero: look at every table again.
    void forget_changes();

private:
    KnownTable look_up_ready(Table const& table);
    void look_up_again(Watched& table);
    Hold hindrance(Watched& table);
    bool cleanup_due(Watched const& table);
    bool nothing_to_do(Watched& table, std::string const& changes);
    void visit(Watched& table, Surroundings const& surroundings, std::stop_token stop);
    void walk(Watched& table, Surroundings const& surroundings, std::stop_token stop);
    void postpone(Watched& table, TableWalk const& walk);
    void hold(Watched& table, Hold const& why);
    void stop_table(Watched& table, std::string const& why);

    WorkerOptions const& options_;
    Observer& observer_;
    Clock& clock_;
    Connections& connections_;
    std::vector<std::string> names_{};
    std::vector<Watched> watched_{};
};

} // namespace rowbot
