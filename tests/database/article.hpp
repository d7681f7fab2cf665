// SPDX-License-Identifier: MIT
#pragma once

// A domain object without a meaning of its own, and the upgrades that most tests of the repository
// apply to it.

#include "temporary_database.hpp"

#include <rowbot/repository.hpp>

#include <nlohmann/json.hpp>

class Article
{
public:
    explicit Article(rowbot::EffectiveRow row) : row_(std::move(row)) {}

    rowbot::EffectiveRow& row() noexcept { return row_; }
    template <class T = std::string> T get(std::string_view column) const
    {
        return row_.get<T>(column);
    }

private:
    rowbot::EffectiveRow row_;
};

using Articles = rowbot::Repository<Article>;

/// Unknown statuses become "dead".
inline rowbot::Upgrade fix_statuses()
{
    return {.name = "fix-statuses",
            .apply = [](rowbot::Row const& row) -> rowbot::Patch {
                auto const status = row.get<std::string>("status");
                if (status == "live" || status == "dead") return {};
                return {{"status", "dead"}};
            },
            .reads = {"status"},
            .writes = {"status"}};
}

/// Not idempotent: applied twice, it shows.
inline rowbot::Upgrade double_number()
{
    return {.name = "double-number",
            .apply = [](rowbot::Row const& row) -> rowbot::Patch {
                return {{"number", 2 * row.get<int>("number")}};
            },
            .reads = {"number"},
            .writes = {"number"}};
}

/// Copies `from` into `into` and appends an exclamation mark.
inline rowbot::Upgrade shout(std::string name, std::string from, std::string into)
{
    return {.name = std::move(name),
            .apply = [from, into](rowbot::Row const& row) -> rowbot::Patch {
                return rowbot::Patch{}.set(into, row.get<std::string>(from) + "!");
            },
            .reads = {from},
            .writes = {into}};
}

inline rowbot::Table article_table(std::vector<rowbot::Upgrade> upgrades = {fix_statuses(),
                                                                            double_number()})
{
    return {.name = "article", .upgrades = std::move(upgrades)};
}

/// Three articles: one untouched, one half upgraded, one done.
inline char const* const article_sql = R"sql(
    CREATE TABLE article (id int PRIMARY KEY, status text, number int, title text, counter int DEFAULT 0,
                          applied_upgrades text[]);
    INSERT INTO article VALUES (1, 'limbo', 10, 'one', 0, NULL), (2, 'live', 20, 'two', 0, '{fix-statuses}'),
                               (3, 'dead', 30, 'three', 0, '{fix-statuses,double-number}'))sql";

inline std::vector<Article> read_all(Articles const& articles, TemporaryDatabase const& db,
                                     std::string const& sql = "SELECT * FROM article ORDER BY id")
{
    auto const connection = db.connect();
    pqxx::read_transaction tx(*connection);
    return articles.read(tx, sql);
}

/// Saves in a transaction of its own.
inline void save(Articles const& articles, TemporaryDatabase const& db, Article& article)
{
    auto const connection = db.connect();
    pqxx::work tx(*connection);
    articles.save(tx, article);
    tx.commit();
}

/// The message of what `call` throws; empty where it throws nothing of this type.
template <class E, class F> std::string message_of(F const& call)
{
    try {
        call();
    } catch (E const& e) {
        return e.what();
    }
    return {};
}
