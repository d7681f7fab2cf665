// SPDX-License-Identifier: MIT
#include "contest.hpp"
#include "programs.hpp"
#include "scenarios.hpp"
#include "walk/row_reader.hpp"

#include <array>
#include <chrono>
#include <iostream>

namespace bench
{
namespace
{

/// A table of a few rows, complete as well: on it, the same commands cost their start alone.
void make_tiny(Server& server)
{
    server.exec("DROP TABLE IF EXISTS tiny");
    server.exec("CREATE TABLE tiny (LIKE document INCLUDING DEFAULTS)");
    server.exec("ALTER TABLE tiny ADD PRIMARY KEY (id)");
    server.exec("INSERT INTO tiny TABLE document_template LIMIT 10");
    run_child(daemon_run(server, "tiny"));
}

double seconds_of_count(Server& server, std::string const& sql)
{
    auto const began = std::chrono::steady_clock::now();
    if (server.value(sql) != "0") throw std::runtime_error("the table is not complete");
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

} // namespace

void verify_scenario(Bench const& bench)
{
    auto& server = bench.server;
    auto const rows = bench.options.rows;
    auto const count_sql = "SELECT count(*) FROM public.document AS t WHERE " +
                           rowbot::lacks_any({"content-to-jsonb"});
    std::cout << "## verify: a table that is complete already\n\n"
              << "Against, on an open connection and without parallel workers: " << count_sql
              << "\n\n";
    auto const table = documents(rows, 600);
    fill_template(server, table);
    build_anew(server, table);
    run_child(daemon_run(server, "document"));
    make_tiny(server);
    server.exec("VACUUM ANALYZE document");
    server.exec("SET max_parallel_workers_per_gather = 0");
    seconds_of_count(server, count_sql); // from here on the same pages are in memory for all

    std::array<std::vector<double>, 7> seconds, ratios;
    std::array<Command, 5> const commands{{{},
                                           daemon_run(server, "document"),
                                           daemon_gate(server, "document"),
                                           daemon_run(server, "tiny"),
                                           daemon_gate(server, "tiny")}};
    for (int round = 0; round < bench.options.rounds; ++round) {
        for (std::size_t i = 0; i < commands.size(); ++i) {
            auto const turn = (i + static_cast<std::size_t>(round)) % commands.size();
            seconds[turn].push_back(turn == 0 ? seconds_of_count(server, count_sql)
                                              : run_child(commands[turn]).wall_s);
        }
        for (std::size_t i = 1; i <= 2; ++i)
            seconds[i + 4].push_back(seconds[i].back() - seconds[i + 2].back());
        for (std::size_t i = 0; i < ratios.size(); ++i)
            ratios[i].push_back(seconds[i].back() / seconds[0].back());
        std::cerr << "verify, round " << round + 1 << " of " << bench.options.rounds << std::endl;
    }
    server.exec("RESET max_parallel_workers_per_gather");

    std::array<char const*, 7> const names{"SELECT count(*)",
                                           "run --once",
                                           "gate",
                                           "run --once on 10 rows: its start and end",
                                           "gate on 10 rows: its start and end",
                                           "run --once, less start and end",
                                           "gate, less start and end"};
    std::vector<Line> lines{{"verification of " + grouped(rows) + " rows", "s", "×"}};
    for (std::size_t i = 0; i < names.size(); ++i)
        lines.push_back({names[i], fixed(median(seconds[i]), 3), fixed(median(ratios[i]), 2)});
    print_table(lines);
    bench.targets.at_most("verify: run --once, times SELECT count(*)", 2.00, median(ratios[1]));
    bench.targets.at_most("verify: gate, times SELECT count(*)", 2.00, median(ratios[2]));
    server.exec("DROP TABLE tiny");
    drop_all(server, table);
}

} // namespace bench
