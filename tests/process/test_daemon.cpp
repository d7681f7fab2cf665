// SPDX-License-Identifier: MIT
#include <rowbot/run_daemon.hpp>

#include <chrono>
#include <cstdlib>
#include <thread>

// A daemon of its own, as an application would build it. Its upgrade is not idempotent, and takes
// ROWBOT_TEST_ROW_US microseconds a row, so that there is a middle of the walk to be hit.

int main(int argc, char* argv[])
{
    char const* const cost = std::getenv("ROWBOT_TEST_ROW_US");
    std::chrono::microseconds const row_cost{cost == nullptr ? 0 : std::stol(cost)};
    auto const double_number = [row_cost](rowbot::Row const& article) -> rowbot::Patch {
        if (row_cost.count() > 0) std::this_thread::sleep_for(row_cost);
        return {{"number", 2 * article.get<int>("number")}};
    };
    return rowbot::run_daemon(argc, argv,
                              {{.name = "article",
                                .upgrades = {{.name = "double-number",
                                              .apply = double_number,
                                              .reads = {"number"},
                                              .writes = {"number"}}}}});
}
