// SPDX-License-Identifier: MIT
#include "await.hpp"
#include "pgbouncer.hpp"
#include "programs.hpp"

namespace
{

/// How many programs of this kind, or of any, have asked for the lock of postgres-migrations.
std::string asking(TemporaryDatabase const& db, std::string const& program = "")
{
    return db.value("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
                    "application_name IN ('node', 'rowbot') AND application_name ~ '" +
                    program + "' AND query LIKE '%-8525285245963000605%'");
}

class Twenty
{
public:
    explicit Twenty(TemporaryDatabase const& db) : db_(db), start_(db.connect())
    {
        folder_.write("1_applied.sql", "CREATE TABLE applied (id int)");
        for (int id = 2; id <= 20; ++id)
            folder_.write(std::to_string(id) + "_x" + std::to_string(id) + ".sql",
                          "INSERT INTO applied VALUES (" + std::to_string(id) + ")");
        // Nobody begins before all are there.
        pqxx::nontransaction(*start_).exec("SELECT pg_try_advisory_lock(-8525285245963000605)");
    }

    void call(std::string const& url_for_rowbot)
    {
        for (int i = 0; i < 10; ++i) {
            programs_.push_back(std::make_unique<Node>(db_, folder_));
            programs_.push_back(
                std::make_unique<Rowbot>(url_for_rowbot, folder_, std::vector<std::string>{"up"}));
        }
    }

    void let_go_and_check()
    {
        CHECK(exists(db_, "migrations") == "f");
        start_.reset();
        for (auto const& program : programs_) {
            auto const end = end_of(*program);
            CAPTURE(end);
            CHECK(end.starts_with("0: "));
        }
        CHECK(db_.value("SELECT string_agg(id::text, ' ' ORDER BY id) FROM applied") ==
              "2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20");
        CHECK(db_.rows("SELECT min(id), max(id), count(*) FROM migrations") == "0|20|21");
        CHECK(db_.value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == "0");
    }

private:
    TemporaryDatabase const& db_;
    MigrationsFolder folder_{};
    std::unique_ptr<pqxx::connection> start_;
    std::vector<std::unique_ptr<ChildProcess>> programs_{};
};

} // namespace

TEST_CASE("of ten Nodes and ten Rowbots at once, one applies each migration, and all succeed")
{
    TemporaryDatabase const db;
    Twenty programs(db);
    programs.call(db.url());
    await("twenty programs", [&] { return asking(db) == "20"; });
    programs.let_go_and_check();
}

TEST_CASE("ten Rowbots behind PgBouncer and ten Nodes at once apply each migration once, too")
{
    TemporaryDatabase const db;
    PgBouncer const pool(db);
    Twenty programs(db);
    programs.call(pool.url());
    await("ten Nodes", [&] { return asking(db, "node") == "10"; });
    await("Rowbots", [&] {
        return db.value("SELECT to_regclass('rowbot.migration_lock') IS NOT NULL") == "t";
    });
    programs.let_go_and_check();
}
