// SPDX-License-Identifier: MIT
#include "article_tables.hpp"
#include "program.hpp"
#include "roles.hpp"
#include "stepped_clock.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using rowbot::Outcome;
using rowbot::Pace;
using rowbot::WorkerOptions;

namespace
{

struct Batches : rowbot::Observer {
    std::vector<rowbot::BatchReport> reports{};
    std::vector<std::string> waits{}, held{}, cleaned{};

    void batch_written(rowbot::BatchReport const& report) override { reports.push_back(report); }
    void waiting(std::string const&, rowbot::WaitFor, std::string const& why) override
    {
        waits.push_back(why);
    }
    void cleanup_held(std::string const&, std::string const& name, std::string const& why) override
    {
        held.push_back(name + ": " + why);
    }
    void name_cleaned(std::string const&, std::string const& name, std::int64_t) override
    {
        cleaned.push_back(name);
    }
    std::int64_t most_rows() const
    {
        std::int64_t most = 0;
        for (auto const& report : reports) most = std::max(most, report.rows_written);
        return most;
    }
};

/// `mark`, which takes `cost` of the clock's time for the row with this number.
rowbot::Upgrade slow_mark(SteppedClock& clock, std::function<std::chrono::nanoseconds(int)> cost)
{
    auto upgrade = mark();
    upgrade.apply = [&clock, cost](rowbot::Row const& article) -> rowbot::Patch {
        clock.advance(cost(article.get<int>("id")));
        return {{"mark", article.get<std::string>("status") + "!"}};
    };
    upgrade.reads = {"id", "status"};
    return upgrade;
}

rowbot::Upgrade slow_mark(SteppedClock& clock, std::chrono::nanoseconds cost)
{
    return slow_mark(clock, [cost](int) { return cost; });
}

WorkerOptions once(TemporaryDatabase const& db)
{
    return {.connection = db.url(), .once = true};
}

Outcome run(WorkerOptions options, rowbot::Table table, Batches& batches, SteppedClock& clock)
{
    options.connection = as_role(options.connection, rowbot::Access::walk, {table});
    return rowbot::Worker(std::move(options), {std::move(table)}, batches, clock).run();
}

/// A table whose upgrade `mark` is complete and whose code is gone.
rowbot::Table finished(TemporaryDatabase const& db)
{
    Batches batches;
    SteppedClock clock;
    auto options = once(db);
    options.duty = 1;
    REQUIRE(run(options, articles_to_mark(), batches, clock) == Outcome::done);
    return {.name = "article", .cleanups = {"mark"}};
}

} // namespace

TEST_CASE("--duty is the share of time spent working")
{
    TemporaryDatabase const db;
    for (auto const& [share, rests_for_each_row] :
         {std::pair{0.5, 10ms}, std::pair{0.25, 30ms}, std::pair{0.1, 90ms}, std::pair{1.0, 0ms}}) {
        double const duty = share; // clang 14 cannot capture the name of a structured binding
        CAPTURE(duty);
        db.exec("DROP TABLE IF EXISTS article; DROP SCHEMA IF EXISTS rowbot CASCADE");
        db.exec(many_articles_sql(1000));
        Batches batches;
        SteppedClock clock;
        auto options = once(db);
        options.duty = duty;
        CHECK(run(options, articles_to_mark({slow_mark(clock, 10ms)}), batches, clock) ==
              Outcome::done);
        // All of the time that passes otherwise is the upgrade's; rests are rounded to nanoseconds.
        auto const difference = clock.waited() - 1000 * rests_for_each_row;
        CHECK(std::chrono::abs(difference) < 1us);
    }
}

TEST_CASE("--pace nanobots rests ten times the last batch, 1 s to 60 s, falling by a tenth")
{
    TemporaryDatabase const db;
    db.exec(many_articles_sql(100));
    Batches batches;
    SteppedClock clock;
    auto options = once(db);
    options.pace = Pace::nanobots;
    options.batch_rows = 10;
    options.batch_target = 60000ms;
    // The first ten rows take 100 s, the next ten 5.8 s, the others no time.
    auto const upgrade = slow_mark(clock, [](int id) {
        return id <= 10 ? 10s : id <= 20 ? 580ms : 0ms;
    });
    CHECK(run(options, articles_to_mark({upgrade}), batches, clock) == Outcome::done);
    auto const waits = clock.waits();
    REQUIRE(waits.size() > 8);
    CHECK(waits[0] == 60s);
    CHECK(waits[1] == 58s);
    CHECK(waits[2] == 52200ms);
    CHECK(waits[3] == 46980ms);
    CHECK(waits[4] == 42282ms);
}

TEST_CASE("--pace nanobots rests for a second at least")
{
    TemporaryDatabase const db;
    db.exec(many_articles_sql(30));
    Batches batches;
    SteppedClock clock;
    auto options = once(db);
    options.pace = Pace::nanobots;
    options.batch_rows = 10;
    CHECK(run(options, articles_to_mark(), batches, clock) == Outcome::done);
    REQUIRE(clock.waits().size() >= 3);
    for (auto const wait : clock.waits()) CHECK(wait == 1s);
}

TEST_CASE("--batch-rows limits batches, and the smallest value that applies counts")
{
    using Rows = rowbot::Scoped<int>;
    TemporaryDatabase const db;
    for (auto const& [rows, limit] :
         {std::pair{Rows(60), 60}, std::pair{Rows(60).set("article", 40), 40},
          std::pair{Rows(60).set("article", 40).set("article/second", 7), 7},
          std::pair{Rows(60).set("article", 4000).set("other", 3).set("other/mark", 2), 60}}) {
        int const most = limit;
        CAPTURE(most);
        db.exec("DROP TABLE IF EXISTS article; DROP SCHEMA IF EXISTS rowbot CASCADE");
        db.exec(many_articles_sql(500));
        Batches batches;
        SteppedClock clock;
        auto options = once(db);
        options.batch_rows = rows;
        CHECK(run(options, articles_to_mark({mark(), mark("second")}), batches, clock) ==
              Outcome::done);
        CHECK(batches.most_rows() == most);
        for (auto const& report : batches.reports) CHECK(report.batch_rows <= most);
    }
}

TEST_CASE("--batch-target-ms makes batches as small as the rows are slow")
{
    using Target = rowbot::Scoped<std::chrono::milliseconds>;
    TemporaryDatabase const db;
    for (auto const& [target, size] :
         {std::pair{Target(200ms), 20}, std::pair{Target(200ms).set("article", 100ms), 10},
          std::pair{Target(200ms).set("article", 100ms).set("article/mark", 50ms), 5}}) {
        int const rows = size;
        CAPTURE(rows);
        db.exec("DROP TABLE IF EXISTS article; DROP SCHEMA IF EXISTS rowbot CASCADE");
        db.exec(many_articles_sql(1000));
        Batches batches;
        SteppedClock clock;
        auto options = once(db);
        options.pace = Pace::nanobots; // one batch at a time: the clock is the upgrade's alone
        options.batch_target = target;
        CHECK(run(options, articles_to_mark({slow_mark(clock, 10ms)}), batches, clock) ==
              Outcome::done);
        REQUIRE(batches.reports.size() > 20);
        for (auto report = batches.reports.begin() + 20; report != batches.reports.end(); ++report)
            CHECK(std::abs(report->batch_rows - rows) <= 1);
    }
}

TEST_CASE("--cleanup-batch-rows limits the statements of a cleanup, per name too")
{
    using Rows = rowbot::Scoped<int>;
    TemporaryDatabase const db;
    for (auto const& [rows, limit] :
         {std::pair{Rows(300), 300}, std::pair{Rows(300).set("article", 200), 200},
          std::pair{Rows(300).set("article", 200).set("article/mark", 50), 50}}) {
        int const most = limit;
        CAPTURE(most);
        db.exec("DROP TABLE IF EXISTS article; DROP SCHEMA IF EXISTS rowbot CASCADE");
        db.exec(many_articles_sql(1000));
        auto const table = finished(db);
        Batches batches;
        SteppedClock clock;
        auto options = once(db);
        options.cleanup_after = 0s;
        options.cleanup_batch_rows = rows;
        options.lease = 1s;
        CHECK(run(options, table, batches, clock) == Outcome::done);
        CHECK(batches.cleaned == std::vector<std::string>{"mark"});
        CHECK(batches.most_rows() == most);
    }
}

TEST_CASE("--cleanup-after holds a cleanup back, per name too")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    auto const table = finished(db);
    auto const clean = [&](WorkerOptions options, Outcome outcome) {
        Batches batches;
        SteppedClock clock;
        CHECK(run(options, table, batches, clock) == outcome);
        return batches;
    };
    db.exec("UPDATE rowbot.process SET seen_at = now() - interval '23 hours';"
            "UPDATE rowbot.upgrade SET proved_at = now() - interval '23 hours'");
    auto const held = clean(once(db), Outcome::done); // a day by default
    REQUIRE(held.held.size() == 1);
    CHECK(held.held[0].starts_with("mark: it waits until "));
    CHECK(held.cleaned.empty());

    auto options = once(db);
    options.cleanup_after = rowbot::Scoped<std::chrono::seconds>(24h).set("article/mark", 22h);
    CHECK(clean(options, Outcome::done).cleaned == std::vector<std::string>{"mark"});
    CHECK(db.value("SELECT string_agg(applied_upgrades::text, ' ') FROM article") == "{} {} {}");
}

TEST_CASE("--recheck is how often a finished table is asked whether it has changed")
{
    struct Rechecks : Batches {
        explicit Rechecks(TemporaryDatabase const& database, SteppedClock& stepped)
            : db(database), clock(stepped)
        {
        }
        void table_complete(std::string const&) override
        {
            if (inserted) return;
            inserted = clock.now();
            db.exec("INSERT INTO article VALUES (4, 'late')");
            await("the insert to be counted", [&] {
                return db.value(
                           "SELECT n_tup_ins FROM pg_stat_user_tables WHERE relname = 'article'") ==
                       "4";
            });
        }
        void batch_written(rowbot::BatchReport const& report) override
        {
            if (!inserted || report.rows_written == 0) return;
            found = clock.now();
            stop.request_stop();
        }
        TemporaryDatabase const& db;
        SteppedClock& clock;
        std::optional<rowbot::Clock::Time> inserted{}, found{};
        std::stop_source stop{};
    };
    TemporaryDatabase const db;
    db.exec(articles_sql);
    SteppedClock clock;
    Rechecks rechecks(db, clock);
    WorkerOptions options{.connection =
                              as_role(db.url(), rowbot::Access::walk, {articles_to_mark()}),
                          .duty = 1,
                          .recheck = 300s};
    CHECK(rowbot::Worker(options, {articles_to_mark()}, rechecks, clock)
              .run(rechecks.stop.get_token()) == Outcome::done);
    REQUIRE(rechecks.found);
    auto const after = *rechecks.found - *rechecks.inserted;
    CHECK(after >= 300s);
    CHECK(after < 310s);
    CHECK(db.value("SELECT mark FROM article WHERE id = 4") == "late!");
}

TEST_CASE("a table that somebody else walks is waited for as long as --lock-wait says")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    finished(db);
    db.exec("UPDATE rowbot.walk SET owner = 'somebody else', token = 'x', lease_until = now() + "
            "interval '1 hour';"
            "UPDATE article SET applied_upgrades = NULL");
    Batches batches;
    SteppedClock clock;
    auto options = once(db);
    options.lock_wait = 20s;
    CHECK(run(options, articles_to_mark(), batches, clock) == Outcome::not_yet);
    CHECK(clock.waited() >= 20s);
    CHECK(clock.waited() < 22s);
    REQUIRE_FALSE(batches.waits.empty());
    CHECK(batches.waits[0] == "another worker walks it: somebody else");
    CHECK(db.value("SELECT count(*) FROM article WHERE applied_upgrades IS NULL") == "3");

    db.exec("UPDATE rowbot.walk SET lease_until = now() - interval '1 millisecond'");
    CHECK(run(options, articles_to_mark(), batches, clock) == Outcome::done);
    CHECK(db.value("SELECT count(*) FROM article WHERE applied_upgrades = '{mark}'") == "3");
}

TEST_CASE("--lease is how long a table is taken for")
{
    TemporaryDatabase const db;
    db.exec(articles_sql);
    std::string seen;
    auto upgrade = mark();
    upgrade.apply = [&](rowbot::Row const&) -> rowbot::Patch {
        seen =
            db.value("SELECT lease_until - now() BETWEEN '3000 s' AND '4000 s' FROM rowbot.walk");
        return {{"mark", "x"}};
    };
    Batches batches;
    SteppedClock clock;
    auto options = once(db);
    options.lease = 4000s;
    CHECK(run(options, articles_to_mark({upgrade}), batches, clock) == Outcome::done);
    CHECK(seen == "t");
    CHECK(db.value("SELECT lease_until IS NULL FROM rowbot.walk") == "t");
}

TEST_CASE("--connect-wait is how long an unreachable database is waited for")
{
    Batches batches;
    SteppedClock clock;
    WorkerOptions options{.connection = "host=/nowhere", .connect_wait = 60s};
    CHECK(run(options, articles_to_mark(), batches, clock) == Outcome::unreachable);
    CHECK(clock.waited() >= 60s);
    CHECK(clock.waited() < 66s);
    CHECK(clock.waits().front() == 100ms);

    SteppedClock impatient;
    options.connect_wait = 0s;
    CHECK(run(options, articles_to_mark(), batches, impatient) == Outcome::unreachable);
    CHECK(impatient.waits().empty());
}
