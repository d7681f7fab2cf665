// SPDX-License-Identifier: MIT
#include "contest.hpp"
#include "programs.hpp"
#include "scenarios.hpp"

#include <algorithm>
#include <iostream>

namespace bench
{

void main_scenario(Bench const& bench)
{
    auto& server = bench.server;
    auto const rows = bench.options.rows;
    auto const fewer = std::max<std::int64_t>(rows / 10, 1000);
    std::cout << "## main: " << grouped(rows)
              << " rows of 600-byte JSON text to jsonb, bigint key\n\n"
              << "A statement a row does " << grouped(fewer)
              << " of the rows only; compared by the row."
              << "\n\n";
    auto const table = documents(rows, 600);
    fill_template(server, table);
    Contest contest(
        "main", server, table,
        {{.name = "SQL UPDATE", .command = client(server, "sql-update"), .rows = rows},
         {.name = "PL/pgSQL loop", .command = client(server, "keyset-loop"), .rows = rows},
         {.name = "Rowbot", .command = daemon_run(server, "document"), .rows = rows, .walks = true},
         {.name = "a statement a row",
          .command = client(server, "statement-a-row", fewer),
          .rows = fewer,
          .which = "id <= " + std::to_string(fewer)}});
    contest.run(bench.options.rounds);
    contest.print();
    constexpr std::size_t rowbot = 2;

    auto const first =
        contest.median_of_walk(rowbot, [](auto& w) { return w.first_tenth_rows_per_s; });
    auto const last =
        contest.median_of_walk(rowbot, [](auto& w) { return w.last_tenth_rows_per_s; });
    auto const ratio = contest.median_of_walk(
        rowbot, [](auto& w) { return w.last_tenth_rows_per_s / w.first_tenth_rows_per_s; });
    std::cout << "Rowbot's first tenth: " << grouped(static_cast<std::int64_t>(first))
              << " rows/s; its last: " << grouped(static_cast<std::int64_t>(last)) << " rows/s\n"
              << std::endl;

    auto& targets = bench.targets;
    targets.at_least("main: speed of the SQL UPDATE", 0.70, contest.median_speed(rowbot));
    targets.at_most("main: server CPU per row, times the SQL UPDATE", 1.80,
                    contest.median_ratio(rowbot, &Measured::server_cpu_s));
    targets.at_most("main: WAL per row, times the SQL UPDATE", 1.02,
                    contest.median_ratio(rowbot, &Measured::wal_bytes));
    targets.at_least("main: the last tenth as fast as the first (1, less 5 % for noise)", 0.95,
                     ratio);
    drop_all(server, table);
}

} // namespace bench
