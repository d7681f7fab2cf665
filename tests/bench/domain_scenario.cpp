// SPDX-License-Identifier: MIT
#include "programs.hpp"
#include "scenarios.hpp"
#include "tables.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iostream>
#include <map>

namespace bench
{
namespace
{

constexpr char const* figures[] = {"plain_wall_ns", "domain_wall_ns", "plain_cpu_ns",
                                   "domain_cpu_ns"};

/// By page size and figure, a value a round.
using Rounds = std::map<std::int64_t, std::map<std::string, std::vector<double>>>;

void add_round(Rounds& rounds, ChildRun const& run)
{
    char text[4096];
    auto const length = std::fread(text, 1, sizeof text, run.output.get());
    for (auto const& page : nlohmann::json::parse(text, text + length)) {
        auto& of_page = rounds[page.at("page_rows").get<std::int64_t>()];
        for (auto const* figure : figures) of_page[figure].push_back(page.at(figure).get<double>());
    }
}

} // namespace

void domain_scenario(Bench const& bench)
{
    auto& server = bench.server;
    auto const rows = std::min<std::int64_t>(bench.options.rows, 100'000);
    std::cout << "## domain: objects of up-to-date rows, Repository::read against a plain loop\n\n";
    auto const table = documents(rows, 600);
    fill_template(server, table);
    build_anew(server, table);
    run_child(client(server, "sql-update"));
    server.exec("VACUUM ANALYZE document");
    Rounds rounds;
    for (int round = 0; round < bench.options.rounds; ++round) {
        add_round(rounds, run_child(domain(server, rows)));
        std::cerr << "domain, round " << round + 1 << " of " << bench.options.rounds << std::endl;
    }

    std::vector<Line> lines{{"rows a read", "plain ns/row", "domain ns/row", "×",
                             "plain CPU ns/row", "domain CPU ns/row", "×", "CPU more, ns/row"}};
    for (auto const& [page_rows, of_page] : rounds) {
        auto const at = [figures_of = &of_page](char const* figure) {
            return median(figures_of->at(figure));
        };
        auto const plain_wall = at("plain_wall_ns"), domain_wall = at("domain_wall_ns");
        auto const plain_cpu = at("plain_cpu_ns"), domain_cpu = at("domain_cpu_ns");
        lines.push_back({grouped(page_rows), fixed(plain_wall, 0), fixed(domain_wall, 0),
                         fixed(domain_wall / plain_wall, 2), fixed(plain_cpu, 0),
                         fixed(domain_cpu, 0), fixed(domain_cpu / plain_cpu, 2),
                         fixed(domain_cpu - plain_cpu, 0)});
    }
    print_table(lines);
    drop_all(server, table);
}

} // namespace bench
