// SPDX-License-Identifier: MIT
#include "await.hpp"
#include "programs.hpp"

namespace
{

/// A lock that a migration waits for, so that its program stays in the middle of it.
class Held
{
public:
    explicit Held(TemporaryDatabase const& db) : connection_(db.connect())
    {
        db.exec("CREATE TABLE held ()");
        transaction_ = std::make_unique<pqxx::work>(*connection_);
        transaction_->exec("LOCK TABLE held");
    }
    void release() { transaction_.reset(); }

private:
    std::unique_ptr<pqxx::connection> connection_;
    std::unique_ptr<pqxx::work> transaction_{};
};

char const* const wait_sql = "LOCK TABLE held; CREATE TABLE a ()";

void await_middle(TemporaryDatabase const& db, std::string const& program)
{
    await(program + " in the middle of a migration", [&] {
        return db.value("SELECT count(*) = 1 FROM pg_stat_activity WHERE datname = "
                        "current_database() AND wait_event_type = 'Lock' AND application_name = '" +
                        program + "'") == "t";
    });
}

/// How many sessions have asked for the lock of postgres-migrations, or who holds it.
std::string asking(TemporaryDatabase const& db)
{
    return db.value("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
                    "pid <> pg_backend_pid() AND application_name IN ('node', 'rowbot') AND query "
                    "LIKE '%-8525285245963000605%'");
}

} // namespace

TEST_CASE("Rowbot waits for Node, and says for whom")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", wait_sql);
    Held held(db);
    Node node(db, folder);
    await_middle(db, "node");
    auto const pid = db.value("SELECT pid FROM pg_stat_activity WHERE datname = "
                              "current_database() AND application_name = 'node'");
    Rowbot rowbot(db, folder, {"up"});
    await("Rowbot to say for whom it waits", [&] {
        return rowbot.said().starts_with("waits: another program migrates: pid " + pid +
                                         " (node), since ");
    });
    CHECK(rowbot.said().ends_with(": LOCK TABLE held; CREATE TABLE a ()\n"));
    held.release();
    CHECK(end_of(node) == "0: [0_create-migrations-table.sql 1_a.sql]\n");
    CHECK(rowbot.exit_code() == 0);
    CHECK(rowbot.said().ends_with("\nup to date\n"));
    CHECK(recorded(db) == "0|create-migrations-table\n1|a");
}

TEST_CASE("Node waits for Rowbot")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", wait_sql);
    Held held(db);
    Rowbot rowbot(db, folder, {"up", "--lock-timeout", "0", "--log-level", "warning"});
    await_middle(db, "rowbot");
    Node node(db, folder);
    await("Node to ask for the lock", [&] {
        return db.value("SELECT count(*) = 1 FROM pg_stat_activity WHERE datname = "
                        "current_database() AND application_name = 'node' AND state = 'idle' AND "
                        "query LIKE 'SELECT pg_try_advisory_lock(%'") == "t";
    });
    held.release();
    CHECK(end_of(rowbot) == "0: 1 migration applied, up to date\n");
    CHECK(end_of(node) == "0: []\n");
    CHECK(recorded(db) == "0|create-migrations-table\n1|a");
}

TEST_CASE("of ten Nodes and ten Rowbots at once, one applies each migration, and all succeed")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_applied.sql", "CREATE TABLE applied (id int, by text)");
    for (int id = 2; id <= 20; ++id)
        folder.write(std::to_string(id) + "_x" + std::to_string(id) + ".sql",
                     "INSERT INTO applied VALUES (" + std::to_string(id) +
                         ", current_setting('application_name'))");
    auto start = db.connect(); // nobody begins before all are there
    pqxx::nontransaction(*start).exec("SELECT pg_try_advisory_lock(-8525285245963000605)");
    std::vector<std::unique_ptr<ChildProcess>> programs;
    for (int i = 0; i < 10; ++i) {
        programs.push_back(std::make_unique<Node>(db, folder));
        programs.push_back(std::make_unique<Rowbot>(db, folder, std::vector<std::string>{"up"}));
    }
    await("twenty programs", [&] { return asking(db) == "20"; });
    CHECK(exists(db, "migrations") == "f");
    start.reset();
    for (auto const& program : programs) {
        auto const end = end_of(*program);
        CAPTURE(end);
        CHECK(end.starts_with("0: "));
    }
    CHECK(db.value("SELECT string_agg(id::text, ' ' ORDER BY id) FROM applied") ==
          "2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20");
    CHECK(db.rows("SELECT min(id), max(id), count(*) FROM migrations") == "0|20|21");
    CHECK(db.value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == "0");
}
