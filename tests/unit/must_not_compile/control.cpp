// SPDX-License-Identifier: MIT
#include <rowbot/table.hpp>

// This one must compile: what the others do wrong, done right.
rowbot::Patch patch(rowbot::Row const& row)
{
    return {{"sources", std::vector<std::string>{"a", "b"}},
            {"status", row.get<std::string>("status")}};
}

rowbot::Table const table{.name = "article",
                          .upgrades = {{.name = "a", .apply = patch, .reads = {"a", "b"}},
                                       {.name = "b",
                                        .apply =
                                            [](rowbot::Row const&, rowbot::Transaction&) {
                                                return rowbot::Patch{{"status", "dead"}};
                                            },
                                        .runs = rowbot::Runs::in_worker_only}}};
