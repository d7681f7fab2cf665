// SPDX-License-Identifier: MIT
#include "walked_table.hpp"

#include <chrono>

namespace
{

/// Each statement that writes the table tells so when it commits.
char const* const table_sql = R"sql(
    CREATE TABLE article (id int PRIMARY KEY, number int NOT NULL, counter int NOT NULL DEFAULT 0,
                          applied_upgrades text[]);
    CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN NOTIFY written; RETURN NULL; END $$;
    CREATE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE ON article EXECUTE FUNCTION tell();
    INSERT INTO article SELECT i, i FROM generate_series(1, )sql";

class Told final : public pqxx::notification_receiver
{
public:
    explicit Told(pqxx::connection& connection) : notification_receiver(connection, "written") {}
    void operator()(std::string const&, int) override {}
};

pqxx::result run(std::string const& database, std::string const& sql)
{
    pqxx::connection connection(database);
    pqxx::nontransaction session(connection);
    return session.exec(sql);
}

} // namespace

WalkedTable::WalkedTable(std::string database, int rows) : database_(std::move(database))
{
    exec(table_sql + std::to_string(rows) + ") AS i");
}

WalkedTable::~WalkedTable() = default;

void WalkedTable::exec(std::string const& sql) const
{
    run(database_, sql);
}

std::string WalkedTable::value(std::string const& sql) const
{
    auto const result = run(database_, sql);
    if (result.size() != 1 || result.columns() != 1)
        throw std::runtime_error("not one row with one column: " + sql);
    return result[0][0].c_str();
}

WalkedTable::Stand WalkedTable::stand() const
{
    if (value("SELECT to_regclass('rowbot.walk') IS NULL") == "t") return {};
    auto const found =
        run(database_, "SELECT rows_written, next_block, next_offset, "
                       "pg_relation_size('article') / current_setting('block_size')::int, pass "
                       "FROM rowbot.walk WHERE table_name = 'public.article'");
    if (found.empty()) return {};
    auto const row = found[0];
    return {row[0].as<std::int64_t>(), row[1].as<std::int64_t>(), row[2].as<std::int64_t>(),
            row[3].as<std::int64_t>(), row[4].as<int>()};
}

WalkedTable::Stand WalkedTable::await_middle(std::int64_t rows_written) const
{
    Stand now;
    await("the middle of a walk", [&] {
        now = stand();
        return now.rows_written > rows_written && now.in_the_middle();
    });
    return now;
}

void WalkedTable::await(std::string const& what, std::string const& condition) const
{
    await(what, [&] { return value(condition) == "t"; });
}

void WalkedTable::await_pending(int rows) const
{
    await(std::to_string(rows) + " pending rows", [&] { return pending() == rows; });
}

void WalkedTable::await_complete() const
{
    await("a complete table", [&] {
        return value("SELECT to_regclass('rowbot.walk') IS NOT NULL") == "t" &&
               value("SELECT count(*) = 1 FROM rowbot.walk WHERE state = 'complete'") == "t";
    });
}

void WalkedTable::await_lock_wait() const
{
    await("a session that waits for a lock",
          "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND "
          "datname = current_database()");
}

void WalkedTable::await(std::string const& what, std::function<bool()> const& happened) const
{
    pqxx::connection connection(database_);
    Told const told(connection);
    auto const limit = std::chrono::steady_clock::now() + std::chrono::minutes{1};
    while (!happened()) {
        if (std::chrono::steady_clock::now() > limit)
            throw std::runtime_error("waited in vain for " + what);
        connection.await_notification(0, 20'000); // what concerns other tables is not told
    }
}

int WalkedTable::half_done() const
{
    return std::stoi(value("SELECT count(*) FROM article WHERE NOT (number = 2 * id AND "
                           "applied_upgrades = '{double-number}') AND NOT (number = id AND "
                           "applied_upgrades IS NULL)"));
}

int WalkedTable::wrong() const
{
    return std::stoi(value("SELECT count(*) FROM article WHERE number <> 2 * id OR "
                           "applied_upgrades IS DISTINCT FROM '{double-number}'"));
}

int WalkedTable::pending() const
{
    return std::stoi(value("SELECT count(*) FROM article WHERE applied_upgrades IS NULL"));
}
