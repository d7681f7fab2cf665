// SPDX-License-Identifier: MIT
#include "pgbouncer.hpp"

#include "article.hpp"
#include "article_tables.hpp"
#include "program.hpp"

#include <doctest/doctest.h>

namespace
{

/// What an application could find changed in the pool's connections.
class Pool
{
public:
    explicit Pool(std::string const& url) : url_(url) {}

    /// The rows of a query in each of the pool's connections, seen from transactions that are open
    /// at the same time.
    std::vector<std::string> each(std::string const& sql) const
    {
        std::vector<std::unique_ptr<pqxx::connection>> connections;
        std::vector<std::unique_ptr<pqxx::work>> open;
        std::vector<std::string> texts;
        for (int i = 0; i < PgBouncer::pool_size; ++i) {
            connections.push_back(std::make_unique<pqxx::connection>(url_));
            open.push_back(std::make_unique<pqxx::work>(*connections.back()));
            std::string text;
            for (auto const& row : open.back()->exec(sql))
                for (auto const& field : row) text += std::string(field.c_str()) + "|";
            texts.push_back(text);
        }
        std::sort(texts.begin(), texts.end());
        return texts;
    }

private:
    std::string url_;
};

Ended through(PgBouncer const& pool, std::vector<std::string> arguments,
              std::vector<rowbot::Table> tables = {})
{
    arguments.insert(arguments.end(), {"--database", pool.url()});
    return run_program(std::move(arguments), std::move(tables));
}

// Without those of PL/pgSQL, which appear in a session when it is loaded.
char const* const settings_sql =
    "SELECT name, setting FROM pg_settings WHERE name NOT LIKE 'plpgsql.%' ORDER BY name";

} // namespace

TEST_CASE("everything works through PgBouncer in transaction mode")
{
    TemporaryDatabase const db;
    db.exec(many_articles_sql(3000));
    PgBouncer const pool(db);
    Articles const articles(articles_to_mark());
    pqxx::connection connection(pool.url());
    {
        pqxx::work tx(connection);
        auto found = articles.read(tx, "SELECT * FROM article WHERE id = 7");
        REQUIRE(found.size() == 1);
        CHECK(found[0].get("mark") == "live!");
        found[0].row().update({{"mark", "saved"}});
        articles.save(tx, found[0]);
        tx.commit();
    }
    auto const walked =
        through(pool, {"run", "--once", "--batch-rows", "100"}, {articles_to_mark()});
    CAPTURE(walked.err);
    CHECK(walked.code == 0);
    CHECK(
        db.rows("SELECT mark, applied_upgrades, count(*) FROM article GROUP BY 1, 2 ORDER BY 1") ==
        "live!|{mark}|2999\nsaved|{mark}|1");

    CHECK(through(pool, {"gate", "article/mark"}).code == 0);
    auto const status = through(pool, {"status", "--json"});
    CHECK(status.code == 0);
    CHECK(status.says(R"("state":"complete")"));
    CHECK(through(pool, {"pause", "article", "--for", "1h"}).code == 0);
    CHECK(through(pool, {"run", "--once", "--lock-wait", "0"}, {articles_to_mark()}).code == 3);
    CHECK(through(pool, {"resume", "article"}).code == 0);
    CHECK(through(pool, {"prepare", "article"}).code == 0);

    rowbot::Table const cleanup{.name = "article", .cleanups = {"mark"}};
    auto const cleaned = through(pool, {"cleanup", "article", "--confirm"}, {cleanup});
    CAPTURE(cleaned.out);
    CHECK(cleaned.code == 0);
    CHECK(db.value("SELECT count(*) FROM article WHERE applied_upgrades = '{}'") == "3000");
}

TEST_CASE("nothing of ours stays behind in the connections of a pool")
{
    TemporaryDatabase const db;
    db.exec(many_articles_sql(1000));
    PgBouncer const bouncer(db);
    Pool const pool(bouncer.url());
    auto const pids = pool.each("SELECT pg_backend_pid()");
    auto const before = pool.each(settings_sql);

    CHECK(through(bouncer, {"run", "--once"}, {articles_to_mark()}).code == 0);
    CHECK(through(bouncer, {"gate", "article"}).code == 0);
    CHECK(through(bouncer, {"status"}).code == 0);
    CHECK(through(bouncer, {"pause"}).code == 0);
    CHECK(through(bouncer, {"resume"}).code == 0);
    CHECK(
        through(bouncer, {"run", "--dry-run"}, {articles_to_mark({mark(), mark("again")})}).code ==
        0);
    {
        pqxx::connection connection(bouncer.url());
        Articles const articles(articles_to_mark({mark(), mark("again")}));
        pqxx::work tx(connection);
        auto found = articles.read(tx, "SELECT * FROM article WHERE id = 7");
        articles.save(tx, found.at(0));
        articles.insert(tx, {{"id", 5000}, {"status", "new"}});
        tx.commit();
    }
    CHECK(pool.each("SELECT pg_backend_pid()") == pids);
    auto const after = pool.each(settings_sql);
    for (std::size_t i = 0; i < after.size(); ++i) CHECK(after[i] == before[i]);
    for (auto const* const left :
         {"SELECT locktype FROM pg_locks WHERE locktype = 'advisory'",
          "SELECT name FROM pg_prepared_statements", "SELECT name FROM pg_cursors WHERE name <> ''",
          "SELECT relname FROM pg_class WHERE relpersistence = 't'"})
        CHECK(pool.each(left) == std::vector<std::string>(PgBouncer::pool_size));

    // The comparison sees a plain SET, wherever in the pool it went.
    pqxx::connection careless(bouncer.url());
    pqxx::nontransaction(careless).exec("SET lock_timeout = '4711ms'");
    CHECK(pool.each(settings_sql) != before);
}
