// SPDX-License-Identifier: MIT

// What the original (nanobots) promised its users, in our words, and how a database that it has
// worked on is taken over.

#include "run_worker.hpp"

#include <mutex>

using rowbot::Patch;
using rowbot::Row;
using rowbot::Transaction;

namespace
{

char const* const article_sql = R"sql(
    CREATE TABLE article (id int PRIMARY KEY, title text, status text, length int, applied_upgrades text[]);
    INSERT INTO article VALUES (1, 'One', 'limbo', NULL, NULL), (2, 'Two', 'live', NULL, '{}'),
                               (3, 'Three', 'dead', NULL, '{fix-statuses}'))sql";

rowbot::Upgrade fix_statuses()
{
    return {.name = "fix-statuses",
            .apply = [](Row const& row) -> Patch {
                auto const status = row.get<std::string>("status");
                return status == "live" || status == "dead" ? Patch{} : Patch{{"status", "dead"}};
            },
            .reads = {"status"},
            .writes = {"status"}};
}

rowbot::Upgrade changes_nothing(std::string name)
{
    return {.name = std::move(name),
            .apply = [](Row const&) { return Patch{}; },
            .reads = {"status"},
            .writes = {"status"}};
}

rowbot::Table article_table(std::vector<rowbot::Upgrade> upgrades, rowbot::NameList cleanups = {})
{
    return {.name = "article", .upgrades = std::move(upgrades), .cleanups = std::move(cleanups)};
}

/// Slow in the sense of the original: it looks at other rows and leaves a note about each row.
rowbot::Upgrade noting_length()
{
    return {.name = "note-length",
            .apply = [](Row const& row, Transaction& transaction) -> Patch {
                auto const length =
                    transaction.exec("SELECT length($1) AS length", {row.get<std::string>("title")})
                        .at(0)
                        .get<int>("length");
                transaction.exec("INSERT INTO note VALUES ($1, $2)",
                                 {row.key(), std::to_string(length)});
                if (length == 3 && row.get<int>("id") == 2)
                    throw std::runtime_error("row 2 does not like it");
                return {{"length", length}};
            },
            .reads = {"id", "title"},
            .writes = {"length"},
            .runs = rowbot::Runs::in_worker_only};
}

/// The program that carried the name died long ago.
void forget_programs(TemporaryDatabase const& db)
{
    db.exec("DELETE FROM rowbot.process");
}

} // namespace

TEST_CASE("upgrades run in their order, and one that changes nothing is recorded all the same")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    auto const run = run_worker(db, {article_table({fix_statuses(), changes_nothing("second")})});
    CHECK(run.outcome == "done");
    CHECK(run.rows_written == 3);
    CHECK(db.rows("SELECT * FROM article ORDER BY id") == "1|One|dead|∅|{fix-statuses,second}\n"
                                                          "2|Two|live|∅|{fix-statuses,second}\n"
                                                          "3|Three|dead|∅|{fix-statuses,second}");
}

TEST_CASE("an upgrade that was applied is not run again")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    run_worker(db, {article_table({fix_statuses()})});
    auto const versions = db.rows("SELECT ctid, xmin FROM article ORDER BY id");
    auto const run = run_worker(db, {article_table({fix_statuses()})});
    CHECK(run.outcome == "done");
    CHECK(run.rows_written == 0);
    CHECK(db.rows("SELECT ctid, xmin FROM article ORDER BY id") == versions);
}

TEST_CASE(
    "an upgrade with a transaction writes other rows, and what it wrote is undone where it throws")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    db.exec("CREATE TABLE note (article text PRIMARY KEY, length int);"
            "GRANT SELECT, INSERT, UPDATE ON note TO " +
            walker(db));
    auto const run = run_worker(
        db, {article_table({fix_statuses(), noting_length(), changes_nothing("afterwards")})});
    CHECK(run.outcome == "rows failed");
    CHECK(run.failures ==
          std::vector<std::string>{"article 2: upgrade 'note-length': row 2 does not like it"});
    CHECK(db.rows("SELECT * FROM note ORDER BY article") == "1|3\n3|5");
    CHECK(db.rows("SELECT * FROM article ORDER BY id") ==
          "1|One|dead|3|{fix-statuses,note-length,afterwards}\n"
          "2|Two|live|∅|{fix-statuses}\n"
          "3|Three|dead|5|{fix-statuses,note-length,afterwards}");
}

TEST_CASE("an upgrade that swallows the error of its statement fails, and only on that row")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    db.exec("CREATE TABLE note (article text PRIMARY KEY, length int);"
            "GRANT SELECT, INSERT, UPDATE ON note TO " +
            walker(db));
    rowbot::Upgrade const careless{.name = "careless",
                                   .apply = [](Row const& row, Transaction& transaction) -> Patch {
                                       try {
                                           if (row.get<int>("id") == 2)
                                               transaction.exec("INSERT INTO note VALUES (1 / 0)");
                                       } catch (std::exception const&) {
                                       }
                                       return {{"length", 7}};
                                   },
                                   .reads = {"id"},
                                   .writes = {"length"},
                                   .runs = rowbot::Runs::in_worker_only};
    auto const run = run_worker(db, {article_table({careless})});
    CHECK(run.outcome == "rows failed");
    CHECK(run.table_stops.empty());
    CHECK(run.failed_with("article 2: upgrade 'careless': "));
    CHECK(db.rows("SELECT id, length, applied_upgrades FROM article ORDER BY id") ==
          "1|7|{careless}\n2|∅|{}\n3|7|{fix-statuses,careless}");
}

TEST_CASE("a cleanup leaves an empty list")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    run_worker(db, {article_table({fix_statuses()})});
    auto options = once_over(db);
    options.cleanup_after = std::chrono::seconds{0};
    auto const run = run_worker(options, {article_table({}, {"fix-statuses"})});
    CHECK(run.outcome == "done");
    CHECK(run.cleaned == std::vector<std::string>{"article/fix-statuses: 3"});
    CHECK(db.rows("SELECT id, status, applied_upgrades FROM article ORDER BY id") ==
          "1|dead|{}\n2|live|{}\n3|dead|{}");
    CHECK(db.rows("SELECT name, state FROM rowbot.upgrade") == "fix-statuses|cleaned");
}

TEST_CASE("a cleanup takes its own name only, and goes with the next upgrade in one write")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    run_worker(db, {article_table({fix_statuses()})});
    db.exec("UPDATE article SET applied_upgrades = '{of-others}' || applied_upgrades || '{more}'");
    auto options = once_over(db);
    options.cleanup_after = std::chrono::seconds{0};
    auto const run =
        run_worker(options, {article_table({changes_nothing("next")}, {"fix-statuses"})});
    CHECK(run.outcome == "done");
    CHECK(run.rows_written == 3);
    CHECK(db.rows("SELECT id, applied_upgrades FROM article ORDER BY id") ==
          "1|{of-others,more,next}\n2|{of-others,more,next}\n3|{of-others,more,next}");
}

TEST_CASE(
    "in a database of the original, NULL and {} are both none, and names half way are honoured")
{
    TemporaryDatabase const db;
    db.exec("CREATE TABLE counter (id int PRIMARY KEY, number int, applied_upgrades text[]);"
            "INSERT INTO counter VALUES (1, 10, NULL), (2, 20, '{}'), (3, 30, '{double}'),"
            "  (4, 40, '{old,double}'), (5, 50, '{double,plus-one}'), (6, 60, '{plus-one}')");
    auto const upgrade = [](std::string name, int factor, int term) -> rowbot::Upgrade {
        return {.name = std::move(name),
                .apply = [factor, term](Row const& row) -> Patch {
                    return {{"number", factor * row.get<int>("number") + term}};
                },
                .reads = {"number"},
                .writes = {"number"}};
    };
    auto const run = run_worker(
        db,
        {{.name = "counter", .upgrades = {upgrade("double", 2, 0), upgrade("plus-one", 1, 1)}}});
    CHECK(run.outcome == "done");
    CHECK(db.rows("SELECT * FROM counter ORDER BY id") ==
          "1|21|{double,plus-one}\n2|41|{double,plus-one}\n3|31|{double,plus-one}\n"
          "4|41|{old,double,plus-one}\n5|50|{double,plus-one}\n6|120|{plus-one,double}");
}

TEST_CASE("a cleanup name without a recorded proof is held until somebody confirms it")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    auto options = once_over(db);
    options.cleanup_after = std::chrono::seconds{0};
    auto const held = run_worker(options, {article_table({}, {"fix-statuses"})});
    CHECK(held.outcome == "done");
    REQUIRE(!held.held.empty());
    CHECK(held.held.back() ==
          "article/fix-statuses: no proof is recorded that every row has it; check the rows, then "
          "run: rowbot cleanup --confirm");
    CHECK(db.value("SELECT applied_upgrades FROM article WHERE id = 3") == "{fix-statuses}");

    // What `rowbot cleanup --confirm` writes.
    db.exec("UPDATE rowbot.upgrade SET cleanup_confirmed_at = now() WHERE name = 'fix-statuses'");
    auto const confirmed = run_worker(options, {article_table({}, {"fix-statuses"})});
    CHECK(confirmed.outcome == "done");
    CHECK(confirmed.cleaned == std::vector<std::string>{"article/fix-statuses: 1"});
    CHECK(db.rows("SELECT id, applied_upgrades FROM article ORDER BY id") == "1|∅\n2|{}\n3|{}");
}

TEST_CASE("--cleanup-after counts from the proof where no program has announced the name")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    run_worker(db, {article_table({fix_statuses()})});
    forget_programs(db);
    auto options = once_over(db);
    options.cleanup_after = std::chrono::hours{2};
    auto const early = run_worker(options, {article_table({}, {"fix-statuses"})});
    CHECK(early.outcome == "done");
    REQUIRE(!early.held.empty());
    CHECK(early.held.back().ends_with(
        "it waits until " +
        db.value("SELECT to_char(proved_at AT TIME ZONE 'UTC' + interval '2 hours',"
                 " 'YYYY-MM-DD HH24:MI:SS UTC') FROM rowbot.upgrade") +
        " (--cleanup-after)"));

    db.exec("UPDATE rowbot.upgrade SET proved_at = proved_at - interval '3 hours'");
    auto const late = run_worker(options, {article_table({}, {"fix-statuses"})});
    CHECK(late.outcome == "done");
    CHECK(db.value("SELECT count(*) FROM article WHERE applied_upgrades <> '{}'") == "0");
}

TEST_CASE("--cleanup-after counts from the last program that carried the name, dead or stopped")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    run_worker(db, {article_table({fix_statuses()})});
    db.exec("UPDATE rowbot.upgrade SET proved_at = proved_at - interval '3 hours'");
    auto options = once_over(db);
    options.cleanup_after = std::chrono::hours{2};
    CHECK(run_worker(options, {article_table({}, {"fix-statuses"})}).outcome == "done");
    db.exec("UPDATE rowbot.process SET seen_at = seen_at - interval '3 hours'");
    CHECK(run_worker(options, {article_table({}, {"fix-statuses"})}).outcome == "done");
}

TEST_CASE("a name that was cleaned up cannot come back")
{
    TemporaryDatabase const db;
    db.exec(article_sql);
    run_worker(db, {article_table({fix_statuses()})});
    auto options = once_over(db);
    options.cleanup_after = std::chrono::seconds{0};
    run_worker(options, {article_table({}, {"fix-statuses"})});
    CHECK_THROWS_AS(run_worker(db, {article_table({fix_statuses()})}), rowbot::ConfigError);
}
