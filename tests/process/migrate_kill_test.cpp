// SPDX-License-Identifier: MIT
#include "await.hpp"
#include "fifty_migrations.hpp"

namespace
{

using Names = std::vector<std::string>;

Names in_transaction(std::string const& file, int statements)
{
    Names names;
    for (int i = 1; i <= statements; ++i)
        names.push_back(file + ": statement " + std::to_string(i));
    for (auto const* const name : {": recorded", ": version", ": committed"})
        names.push_back(file + name);
    return names;
}

Names const before_index{"20: statement 1", "20: 1 done", "20: 1 done, committed", "20: 1 begun"};
Names const after_index{"20: 2 done",  "20: statement 3", "20: 3 done",  "20: 3 done, committed",
                        "20: cleared", "20: recorded",    "20: version", "20: committed"};
Names const with_vacuum{"40: 0 begun",  "40: 1 done",  "40: cleared",
                        "40: recorded", "40: version", "40: committed"};

void await_end_of_statement(TemporaryDatabase const& db, std::string const& pid)
{
    await("the end of a statement", [&] {
        return db.value("SELECT count(*) = 0 FROM pg_stat_activity WHERE state = 'active' AND "
                        "pid = " +
                        pid) == "t";
    });
}

/// The pid of the server's process that builds an index and waits for an old snapshot.
std::string await_index_build(TemporaryDatabase const& db, std::string const& other_than = "0")
{
    std::string pid;
    await("an index build that waits", [&] {
        pid = db.rows("SELECT pid FROM pg_stat_progress_create_index WHERE datname = "
                      "current_database() AND phase = 'waiting for old snapshots' AND pid <> " +
                      other_than);
        return !pid.empty();
    });
    return pid;
}

/// The program is stopped within the statement, which then ends: it is killed right behind it.
void kill_behind_each(TemporaryDatabase const& db, Gates& gates, Migrators& programs,
                      Names const& names)
{
    for (auto const& name : names) {
        CAPTURE(name);
        auto const pid = gates.await_at(name);
        programs.freeze();
        gates.open(name);
        await_end_of_statement(db, pid);
        programs.kill();
    }
}

/// The program is killed in the middle of it, and the next one right after its end.
void kill_within_and_behind_index_build(TemporaryDatabase const& db, Migrators& programs,
                                        std::function<void()> const& let_it_end)
{
    auto const killed = await_index_build(db);
    programs.freeze();
    programs.kill();
    auto const finished = await_index_build(db, killed);
    programs.freeze();
    let_it_end();
    await_end_of_statement(db, finished);
    programs.kill();
}

} // namespace

TEST_CASE("ten that start at once behind PgBouncer apply 50 migrations once, and all succeed")
{
    TemporaryDatabase const db;
    Gates const gates(db);
    Migrators programs(db);
    write_fifty_migrations(programs);
    programs.start();
    CHECK(programs.failures().empty());
    check_that_each_was_applied_once(db);
}

TEST_CASE("after kill -9 at every statement boundary of five of 50 migrations, and in the build of "
          "an index, each was applied once")
{
    TemporaryDatabase const db;
    Gates gates(db);
    Migrators programs(db);
    write_fifty_migrations(programs);
    for (auto const& names : {in_transaction("10", 2), before_index, after_index,
                              in_transaction("30", 2), with_vacuum, in_transaction("50", 1)})
        for (auto const& name : names) gates.close(name);
    programs.start();
    auto const kill_at = [&](Names const& names) { kill_behind_each(db, gates, programs, names); };
    kill_at(in_transaction("10", 2));

    auto const connection = db.connect();
    auto reader =
        std::make_unique<pqxx::transaction<pqxx::isolation_level::repeatable_read>>(*connection);
    reader->exec("SELECT 1"); // has a snapshot from now on
    kill_at(before_index);
    kill_within_and_behind_index_build(db, programs, [&] { reader.reset(); });
    auto const index = db.value("SELECT oid FROM pg_class WHERE relname = 'step_file'");
    kill_at(after_index);
    CHECK(db.value("SELECT oid FROM pg_class WHERE relname = 'step_file'") == index);

    kill_at(in_transaction("30", 2));
    kill_at(with_vacuum);
    kill_at(in_transaction("50", 1));
    CHECK(programs.failures().empty());
    check_that_each_was_applied_once(db);
}

TEST_CASE("a statement whose program was killed ends, although PgBouncer stands between")
{
    TemporaryDatabase const db;
    Gates gates(db);
    Migrators programs(db);
    write_fifty_migrations(programs);
    gates.close("10: statement 2");
    programs.start();
    auto const pid = gates.await_at("10: statement 2");
    programs.freeze();
    programs.kill();
    await("the end of the server's process", [&] {
        return db.value("SELECT count(*) FROM pg_stat_activity WHERE pid = " + pid) == "0";
    });
    CHECK(gates.await_at("10: statement 2") != pid);
    gates.open("10: statement 2");
    CHECK(programs.failures().empty());
    check_that_each_was_applied_once(db);
}
