// SPDX-License-Identifier: MIT
#include "page_reader.hpp"
#include "process_times.hpp"
#include "programs.hpp"
#include "scenarios.hpp"
#include "tables.hpp"
#include "walk_log.hpp"

#include <array>
#include <deque>
#include <iostream>
#include <numeric>
#include <stdexcept>

namespace bench
{
namespace
{

constexpr std::array<char const*, 4> pages{"/livez", "/readyz", "/metrics", "/status"};
constexpr int requests_a_page = 2500, requests_a_turn = 50;
constexpr double requests = pages.size() * requests_a_page;

struct Walked {
    double walk_s = 0;   ///< From its start to `complete`.
    double daemon_s = 0; ///< Of the processor, until then and until the last answer.
    std::array<double, pages.size()> page_s{}; ///< Of the processor, in the endpoint's threads.
    int in_walk = 0;                           ///< Requests answered before `complete`.

    double endpoint_s() const { return std::accumulate(page_s.begin(), page_s.end(), 0.0); }
};

double endpoint_cpu_s(Child const& daemon)
{
    return thread_cpu_s(daemon.pid(), "rowbot-http") + thread_cpu_s(daemon.pid(), "rowbot-status");
}

/// Page by page in short turns, so that each is asked all along the walk.
void ask(Child& daemon, std::string const& socket, Walked& walked)
{
    std::deque<PageReader> readers;
    for (std::size_t i = 0; i < pages.size(); ++i) readers.emplace_back(socket);
    for (int asked = 0; asked < requests_a_page; asked += requests_a_turn) {
        for (std::size_t i = 0; i < pages.size(); ++i) {
            auto const before_s = endpoint_cpu_s(daemon);
            for (int n = 0; n < requests_a_turn; ++n) readers[i].get(pages[i]);
            walked.page_s[i] += endpoint_cpu_s(daemon) - before_s;
            if (!daemon.has_said("\"table_complete\"")) walked.in_walk += requests_a_turn;
        }
    }
}

Walked walk(Server& server, UpgradableTable const& table, std::int64_t rows, bool asked)
{
    build_anew(server, table);
    auto const socket = server.folder() + "/http";
    Child daemon(daemon_serve(server, "document", socket));
    Walked walked;
    daemon.await("\"walk_started\"");
    if (asked) ask(daemon, socket, walked);
    daemon.await("\"table_complete\"");
    walked.daemon_s = times_of("/proc/" + std::to_string(daemon.pid())).own_s;
    auto const times = walk_times(daemon.stop());
    walked.walk_s = times.walk_s + times.proof_s;
    check_upgraded(server, table);
    if (times.rows != rows)
        throw std::runtime_error("Rowbot wrote " + std::to_string(times.rows) + " rows");
    return walked;
}

template <class Figure> double median_of(std::vector<Walked> const& rounds, Figure figure)
{
    std::vector<double> values;
    for (auto const& walked : rounds) values.push_back(figure(walked));
    return median(std::move(values));
}

void print_pages(std::vector<Walked> const& asked, double mix_us)
{
    std::vector<Line> lines{{"page", "requests", "endpoint CPU µs/request"}};
    for (std::size_t i = 0; i < pages.size(); ++i)
        lines.push_back(
            {pages[i], grouped(requests_a_page),
             fixed(median_of(asked, [i](auto& w) { return w.page_s[i]; }) * 1e6 / requests_a_page,
                   1)});
    lines.push_back({"all", grouped(static_cast<std::int64_t>(requests)), fixed(mix_us, 1)});
    print_table(lines);
}

} // namespace

void http_scenario(Bench const& bench)
{
    auto const rows = bench.options.rows;
    std::cout << "## http: " << grouped(static_cast<std::int64_t>(requests)) << " requests while "
              << grouped(rows) << " rows of main are walked\n\n";
    auto const table = documents(rows, 600);
    fill_template(bench.server, table);
    std::array<std::vector<Walked>, 2> rounds; // without and with requests
    std::vector<double> ratios;
    for (int round = 0; round < bench.options.rounds; ++round) {
        for (int i = 0; i < 2; ++i) {
            bool const asked = (i + round) % 2 == 1;
            rounds[asked].push_back(walk(bench.server, table, rows, asked));
        }
        ratios.push_back(rounds[1].back().walk_s / rounds[0].back().walk_s);
        std::cerr << "http, round " << round + 1 << " of " << bench.options.rounds << ": "
                  << fixed(rounds[0].back().walk_s, 2) << " s, with requests "
                  << fixed(rounds[1].back().walk_s, 2) << " s" << std::endl;
    }

    auto const mix_us =
        median_of(rounds[1], [](auto& w) { return w.endpoint_s() * 1e6 / requests; });
    print_pages(rounds[1], mix_us);
    std::vector<Line> lines{
        {"walk", "s", "×", "daemon's CPU s", "the endpoint's share", "requests answered in it"}};
    for (auto const asked : {0U, 1U})
        lines.push_back(
            {asked == 0 ? "nobody asks" : "with the requests",
             fixed(median_of(rounds[asked], [](auto& w) { return w.walk_s; }), 2),
             fixed(asked == 0 ? 1 : median(ratios), 2),
             fixed(median_of(rounds[asked], [](auto& w) { return w.daemon_s; }), 2),
             fixed(median_of(rounds[asked], [](auto& w) { return w.endpoint_s() / w.daemon_s; }),
                   3),
             fixed(median_of(rounds[asked], [](auto& w) { return w.in_walk; }), 0)});
    print_table(lines);
    bench.targets.at_most("http: the endpoint's CPU a request, µs", 100, mix_us);
    drop_all(bench.server, table);
}

} // namespace bench
