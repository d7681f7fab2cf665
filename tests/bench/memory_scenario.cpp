// SPDX-License-Identifier: MIT
#include "contest.hpp"
#include "programs.hpp"
#include "scenarios.hpp"

#include <algorithm>
#include <iostream>

namespace bench
{

void memory_scenario(Bench const& bench)
{
    auto& server = bench.server;
    auto const rows = std::max<std::int64_t>(bench.options.rows / 50, 2000);
    std::cout << "## memory: " << grouped(rows) << " rows of 10,000-byte JSON text to jsonb\n\n"
              << "No child shows less than its parent had: " << mebibytes(own_peak_bytes())
              << " MiB.\n\n";
    auto const table = documents(rows, 10'000);
    fill_template(server, table);
    Contest contest("memory", server, table,
                    {{.name = "SQL UPDATE", .command = client(server, "sql-update"), .rows = rows},
                     {.name = "Rowbot",
                      .command = daemon_run(server, "document"),
                      .rows = rows,
                      .walks = true}});
    contest.run(bench.options.rounds);
    contest.print();
    bench.targets.at_most("memory: peak with rows of 10 kB, MiB", 32,
                          contest.largest_of(1, &Measured::peak_bytes) / (1024 * 1024));
    drop_all(server, table);
}

} // namespace bench
