// SPDX-License-Identifier: MIT
#pragma once

// Contestants that do the same to the same table, round after round, each time in another order,
// and what each of them took. The first is the one to whom the others are compared.

#include "tables.hpp"
#include "walk_log.hpp"

namespace bench
{

struct Contestant {
    std::string name{};
    Command command{};
    std::int64_t rows = 0;      ///< That it upgrades.
    std::string which = "true"; ///< Those rows, in SQL.
    bool walks = false;         ///< It is Rowbot's daemon, whose log tells of its walk.
};

struct Measured {
    double wall_s = 0, client_cpu_s = 0, server_cpu_s = 0, wal_bytes = 0, checkpoints = 0,
           peak_bytes = 0;
    WalkTimes walk{};
};

class Contest
{
public:
    /// The table's template is filled. All must outlive it.
    Contest(std::string name, Server& server, UpgradableTable const& table,
            std::vector<Contestant> contestants);

    /// Each round builds the table anew for each contestant, measures it, and checks what it did.
    void run(int rounds);

    using Figure = double Measured::*;
    double median_of(std::size_t contestant, Figure figure) const;
    double median_per_row(std::size_t contestant, Figure figure) const;
    /// A row's share against that of the first contestant in the same round; the median of these.
    double median_ratio(std::size_t contestant, Figure figure) const;
    /// The same with first and other changed round: 2 is twice as fast as the first.
    double median_speed(std::size_t contestant) const;
    double largest_of(std::size_t contestant, Figure figure) const;
    double median_of_walk(std::size_t contestant, double (*figure)(WalkTimes const&)) const;

    /// A line for each contestant.
    void print() const;

private:
    double per_row(std::size_t contestant, std::size_t round, Figure figure) const;

    std::string name_;
    Server& server_;
    UpgradableTable const& table_;
    std::vector<Contestant> contestants_;
    std::vector<std::vector<Measured>> measured_; ///< By contestant and round.
};

/// Runs a command and measures it and the server.
Measured measure(Server& server, Contestant const& contestant);

} // namespace bench
