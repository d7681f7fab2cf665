// SPDX-License-Identifier: MIT
#include "await.hpp"
#include "programs.hpp"

#include <csignal>

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
    Rowbot rowbot(db.url(), folder, {"up"});
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
    Rowbot rowbot(db.url(), folder, {"up", "--lock-timeout", "0", "--log-level", "warning"});
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

TEST_CASE("Rowbot applies the migration in which Node was killed")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", wait_sql);
    Held held(db);
    Node node(db, folder);
    await_middle(db, "node");
    node.send(SIGKILL);
    CHECK(node.exit_code() == 128 + SIGKILL);
    Rowbot rowbot(db.url(), folder, {"up"});
    // Its session goes on to the end of the statement, with nobody to commit it.
    await("Rowbot to wait", [&] { return rowbot.said().starts_with("waits: another program"); });
    held.release();
    CHECK(rowbot.exit_code() == 0);
    CHECK(rowbot.said().ends_with("\n1 migration applied, up to date\n"));
    CHECK(recorded(db) == "0|create-migrations-table\n1|a");
}

TEST_CASE("Node applies the migration in which Rowbot was killed")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", wait_sql);
    Held held(db);
    Rowbot rowbot(db.url(), folder, {"up", "--lock-timeout", "0"});
    await_middle(db, "rowbot");
    rowbot.send(SIGKILL);
    CHECK(rowbot.exit_code() == 128 + SIGKILL);
    Node node(db, folder);
    await_middle(db, "node");
    held.release();
    CHECK(end_of(node) == "0: [1_a.sql]\n");
    CHECK(recorded(db) == "0|create-migrations-table\n1|a");
    CHECK(rowbot_migrate(db, folder, "up") == "0: up to date\n");
}
