// SPDX-License-Identifier: MIT
#pragma once

#include <rowbot/table.hpp>

inline rowbot::Table article_table()
{
    return {.name = "article",
            .upgrades = {{.name = "fix-bad-statuses",
                          .apply = [](rowbot::Row const& article) -> rowbot::Patch {
                              if (article.get<std::string>("status") == "live") return {};
                              return {{"status", "dead"}};
                          },
                          .reads = {"status"},
                          .writes = {"status"}}}};
}
