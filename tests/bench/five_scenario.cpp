// SPDX-License-Identifier: MIT
#include "contest.hpp"
#include "programs.hpp"
#include "scenarios.hpp"

#include <iostream>

namespace bench
{

void five_scenario(Bench const& bench)
{
    auto& server = bench.server;
    auto const rows = bench.options.rows;
    std::cout << "## five: five pending upgrades on short columns against one\n\n";
    auto const table = persons(rows);
    fill_template(server, table);
    Contest contest(
        "five", server, table,
        {{.name = "one upgrade", .command = daemon_run(server, "one"), .rows = rows, .walks = true},
         {.name = "five upgrades",
          .command = daemon_run(server, "five"),
          .rows = rows,
          .walks = true}});
    contest.run(bench.options.rounds);
    contest.print();
    bench.targets.at_most("five: time of five upgrades, times one", 1.30,
                          contest.median_ratio(1, &Measured::wall_s));
    drop_all(server, table);
}

} // namespace bench
