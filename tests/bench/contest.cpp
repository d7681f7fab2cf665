// SPDX-License-Identifier: MIT
#include "contest.hpp"

#include "report.hpp"

#include <algorithm>
#include <iostream>

namespace bench
{

Measured measure(Server& server, Contestant const& contestant)
{
    auto const before = server.used();
    auto const run = run_child(contestant.command);
    auto const after = server.used();
    Measured measured{.wall_s = run.wall_s,
                      .client_cpu_s = run.cpu_s,
                      .server_cpu_s = after.cpu_s - before.cpu_s,
                      .wal_bytes = after.wal_bytes - before.wal_bytes,
                      .checkpoints = after.checkpoints - before.checkpoints,
                      .peak_bytes = run.peak_bytes};
    if (contestant.walks) measured.walk = walk_times(run);
    return measured;
}

Contest::Contest(std::string name, Server& server, UpgradableTable const& table,
                 std::vector<Contestant> contestants)
    : name_(std::move(name)), server_(server), table_(table), contestants_(std::move(contestants)),
      measured_(contestants_.size())
{
}

void Contest::run(int rounds)
{
    for (int round = 0; round < rounds; ++round) {
        for (std::size_t i = 0; i < contestants_.size(); ++i) {
            auto const turn = (i + static_cast<std::size_t>(round)) % contestants_.size();
            auto const& contestant = contestants_[turn];
            build_anew(server_, table_);
            measured_[turn].push_back(measure(server_, contestant));
            auto const& measured = measured_[turn].back();
            std::cerr << name_ << ", round " << round + 1 << " of " << rounds << ": "
                      << contestant.name << " " << fixed(measured.wall_s, 2) << " s" << std::endl;
            check_upgraded(server_, table_, contestant.which);
            if (contestant.walks && measured.walk.rows != contestant.rows)
                throw std::runtime_error(contestant.name + " wrote " +
                                         std::to_string(measured.walk.rows) + " rows");
        }
    }
}

double Contest::per_row(std::size_t contestant, std::size_t round, Figure figure) const
{
    return measured_[contestant][round].*figure /
           static_cast<double>(contestants_[contestant].rows);
}

double Contest::median_of(std::size_t contestant, Figure figure) const
{
    std::vector<double> values;
    for (auto const& measured : measured_[contestant]) values.push_back(measured.*figure);
    return median(std::move(values));
}

double Contest::median_per_row(std::size_t contestant, Figure figure) const
{
    return median_of(contestant, figure) / static_cast<double>(contestants_[contestant].rows);
}

double Contest::median_ratio(std::size_t contestant, Figure figure) const
{
    std::vector<double> ratios;
    for (std::size_t round = 0; round < measured_[contestant].size(); ++round)
        ratios.push_back(per_row(contestant, round, figure) / per_row(0, round, figure));
    return median(std::move(ratios));
}

double Contest::median_speed(std::size_t contestant) const
{
    std::vector<double> ratios;
    for (std::size_t round = 0; round < measured_[contestant].size(); ++round)
        ratios.push_back(per_row(0, round, &Measured::wall_s) /
                         per_row(contestant, round, &Measured::wall_s));
    return median(std::move(ratios));
}

double Contest::largest_of(std::size_t contestant, Figure figure) const
{
    double largest = 0;
    for (auto const& measured : measured_[contestant])
        largest = std::max(largest, measured.*figure);
    return largest;
}

double Contest::median_of_walk(std::size_t contestant, double (*figure)(WalkTimes const&)) const
{
    std::vector<double> values;
    for (auto const& measured : measured_[contestant]) values.push_back(figure(measured.walk));
    return median(std::move(values));
}

void Contest::print() const
{
    std::vector<Line> lines{{"contestant", "rows", "s", "rows/s", "speed ×", "server CPU µs/row",
                             "×", "client CPU µs/row", "WAL B/row", "×", "peak MiB",
                             "checkpoints"}};
    for (std::size_t i = 0; i < contestants_.size(); ++i)
        lines.push_back(
            {contestants_[i].name, grouped(contestants_[i].rows),
             fixed(median_of(i, &Measured::wall_s), 2),
             grouped(static_cast<std::int64_t>(1 / median_per_row(i, &Measured::wall_s))),
             fixed(median_speed(i), 2), fixed(1e6 * median_per_row(i, &Measured::server_cpu_s), 1),
             fixed(median_ratio(i, &Measured::server_cpu_s), 2),
             fixed(1e6 * median_per_row(i, &Measured::client_cpu_s), 1),
             fixed(median_per_row(i, &Measured::wal_bytes), 0),
             fixed(median_ratio(i, &Measured::wal_bytes), 3),
             mebibytes(largest_of(i, &Measured::peak_bytes)),
             fixed(median_of(i, &Measured::checkpoints), 0)});
    print_table(lines);
    for (std::size_t i = 0; i < contestants_.size(); ++i) {
        if (!contestants_[i].walks) continue;
        auto const walk = [&](double (*figure)(WalkTimes const&)) {
            return fixed(median_of_walk(i, figure), 2) + " s";
        };
        std::cout << contestants_[i].name << ": start " << walk([](auto& w) { return w.start_s; })
                  << ", walk " << walk([](auto& w) { return w.walk_s; }) << ", proof "
                  << walk([](auto& w) { return w.proof_s; }) << ", end "
                  << walk([](auto& w) { return w.end_s; }) << "; "
                  << median_of_walk(i, [](auto& w) { return static_cast<double>(w.passes); })
                  << " passes, the last batch of "
                  << median_of_walk(i,
                                    [](auto& w) { return static_cast<double>(w.last_batch_rows); })
                  << " rows, "
                  << median_of_walk(i, [](auto& w) { return static_cast<double>(w.conflicts); })
                  << " conflicts\n";
    }
    std::cout << std::endl;
}

} // namespace bench
