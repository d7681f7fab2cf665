// SPDX-License-Identifier: MIT

// The benchmark: see README.md. Progress goes to standard error, figures to standard output.

#include "interrupt.hpp"
#include "scenarios.hpp"

#include <iostream>

namespace
{

using bench::Bench;

constexpr struct {
    char const* name;
    void (*run)(Bench const&);
} scenarios[] = {{"main", bench::main_scenario},       {"uuid", bench::uuid_scenario},
                 {"five", bench::five_scenario},       {"memory", bench::memory_scenario},
                 {"verify", bench::verify_scenario},   {"domain", bench::domain_scenario},
                 {"migrate", bench::migrate_scenario}, {"http", bench::http_scenario}};

void run(bench::Options const& options)
{
    bench::watch_for_interrupts();
    bench::Server server;
    bench::Targets targets;
    for (auto const& line : server.description()) std::cout << line << "\n";
    std::cout << bench::grouped(options.rows) << " rows, rounds: " << options.rounds
              << ", in turns; medians; × is times the first line, by the row, in the same "
                 "round\n"
              << std::endl;
    for (auto const& scenario : scenarios)
        if (options.only.empty() || options.only.contains(scenario.name))
            scenario.run({options, server, targets});
    targets.print();
}

} // namespace

int main(int argc, char* argv[])
{
    try {
        std::vector<std::string> names;
        for (auto const& scenario : scenarios) names.emplace_back(scenario.name);
        run(bench::parse_options({argv + std::min(argc, 1), argv + argc}, names));
        return 0;
    } catch (std::invalid_argument const& e) {
        std::cerr << "tests/bench/run: " << e.what() << "; see --help\n";
        return 64;
    } catch (std::exception const& e) {
        std::cerr << "tests/bench/run: " << e.what() << "\n";
        return 70;
    }
}
