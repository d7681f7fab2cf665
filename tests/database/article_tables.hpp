// SPDX-License-Identifier: MIT
#pragma once

// The table and the upgrade that the tests of commands and options use, and what tells them apart
// afterwards.

#include "temporary_database.hpp"

#include <rowbot/table.hpp>

/// Three articles that nobody has upgraded.
inline char const* const articles_sql = R"sql(
    CREATE TABLE article (id int PRIMARY KEY, status text, mark text, applied_upgrades text[]);
    INSERT INTO article VALUES (1, 'limbo'), (2, 'live'), (3, 'dead'))sql";

/// Any number of them.
inline std::string many_articles_sql(int rows)
{
    return "CREATE TABLE article (id int PRIMARY KEY, status text, mark text, applied_upgrades "
           "text[]); INSERT INTO article SELECT i, 'live' FROM generate_series(1, " +
           std::to_string(rows) + ") AS i; ANALYZE article";
}

/// Writes the status with an exclamation mark into `mark`.
inline rowbot::Upgrade mark(std::string name = "mark")
{
    return {.name = std::move(name),
            .apply = [](rowbot::Row const& article) -> rowbot::Patch {
                return {{"mark", article.get<std::string>("status") + "!"}};
            },
            .reads = {"status"},
            .writes = {"mark"}};
}

/// As `mark`, but throws for the article with this status.
inline rowbot::Upgrade mark_all_but(std::string status)
{
    auto upgrade = mark();
    upgrade.apply = [status](rowbot::Row const& article) -> rowbot::Patch {
        if (article.get<std::string>("status") == status)
            throw std::runtime_error("no mark for " + status);
        return {{"mark", article.get<std::string>("status") + "!"}};
    };
    return upgrade;
}

inline rowbot::Table articles_to_mark(std::vector<rowbot::Upgrade> upgrades = {mark()})
{
    return {.name = "article", .upgrades = std::move(upgrades)};
}
