// SPDX-License-Identifier: MIT
#include "contest.hpp"
#include "programs.hpp"
#include "scenarios.hpp"

#include <algorithm>
#include <iostream>

namespace bench
{

void uuid_scenario(Bench const& bench)
{
    auto& server = bench.server;
    auto const rows = bench.options.rows;
    // A checkpoint begins when somewhat more than half of this was written, and a row takes about
    // 2 kB.
    auto const wal_mb = std::max<std::int64_t>(32, rows * 512 / 1024 / 1024);
    std::cout << "## uuid: the same by a random UUID key, with checkpoints inside (max_wal_size "
              << wal_mb << " MB)\n\n";
    auto const table = documents(rows, 600, true);
    fill_template(server, table);
    server.set("min_wal_size", "32MB");
    server.set("max_wal_size", std::to_string(wal_mb) + "MB");
    Contest contest("uuid", server, table,
                    {{.name = "SQL UPDATE", .command = client(server, "sql-update"), .rows = rows},
                     {.name = "Rowbot",
                      .command = daemon_run(server, "document"),
                      .rows = rows,
                      .walks = true}});
    contest.run(bench.options.rounds);
    server.set("max_wal_size", "");
    server.set("min_wal_size", "");
    contest.print();
    if (std::min(contest.median_of(0, &Measured::checkpoints),
                 contest.median_of(1, &Measured::checkpoints)) < 2)
        std::cout << "Too few checkpoints fell into these runs; --rows wants a larger number.\n"
                  << std::endl;
    bench.targets.at_most("uuid: WAL per row, times the SQL UPDATE", 1.10,
                          contest.median_ratio(1, &Measured::wal_bytes));
    drop_all(server, table);
}

} // namespace bench
