// SPDX-License-Identifier: MIT
#include "article.hpp"
#include "held_upgrade.hpp"

#include <random>

// Two applications write as fast as they can while a worker walks the table. The walk goes on by
// one row only when they have written again, so that neither is faster than the other: what they
// write is counted, not timed.

namespace
{

constexpr int rows = 1500, writes_per_row = 4, most_writes = 200'000;

/// Counts the writes of both applications, and lets the walk wait for more of them.
class Writes
{
public:
    /// One more. False: the walk is over, write no more.
    bool add()
    {
        std::lock_guard const lock(mutex_);
        ++count_;
        changed_.notify_all();
        return !over_ && count_ < most_writes;
    }
    void await_more(int more)
    {
        std::unique_lock lock(mutex_);
        auto const wanted = count_ + more;
        if (!changed_.wait_for(lock, std::chrono::minutes{1},
                               [&] { return over_ || count_ >= wanted; }))
            throw std::runtime_error("waited in vain for the writers");
    }
    void end()
    {
        std::lock_guard const lock(mutex_);
        over_ = true;
        changed_.notify_all();
    }
    int count() const
    {
        std::lock_guard const lock(mutex_);
        return count_;
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    int count_ = 0;
    bool over_ = false;
};

/// What is written, and where the walk is: near it, rows are hot.
struct Hammer {
    Writes writes{};
    std::atomic<int> walked_id = 1;
    std::vector<int> saved{}, titled{}, counted{}; ///< Writes to each row, by id.
    int saves_refused = 0;

    Hammer() : saved(rows + 1), titled(rows + 1), counted(rows + 1) {}

    int hot_id(std::minstd_rand& random) const
    {
        auto const id = walked_id + std::uniform_int_distribution(-30, 10)(random);
        return std::clamp(id, 1, rows);
    }
};

/// `double-number`: old code leaves the number alone. `mark-title`: old code writes the title too.
std::vector<rowbot::Table> tables(Hammer& hammer, bool in_worker)
{
    auto const doubled = double_number();
    return {{.name = "article",
             .upgrades = {{.name = "double-number",
                           .apply =
                               [=, &hammer](rowbot::Row const& row) {
                                   if (in_worker) {
                                       hammer.walked_id = row.get<int>("id");
                                       hammer.writes.await_more(writes_per_row);
                                   }
                                   return doubled.apply(row, nullptr);
                               },
                           .reads = {"id", "number"},
                           .writes = {"number"}},
                          {.name = "mark-title",
                           .apply = [](rowbot::Row const& row) -> rowbot::Patch {
                               return {{"title", "!" + row.get<std::string>("title")}};
                           },
                           .reads = {"title"},
                           .writes = {"title"}}}}};
}

/// New code: adds one to the doubled number, every fourth row.
void save_articles(TemporaryDatabase const& db, Hammer& hammer)
{
    Articles const articles(tables(hammer, false)[0]);
    auto const connection = db.connect();
    std::minstd_rand random(1);
    for (bool more = true; more;) {
        auto const id = hammer.hot_id(random) / 4 * 4;
        pqxx::work tx(*connection);
        auto found = articles.read(tx, "SELECT * FROM article WHERE id = $1", id);
        if (found.empty()) continue;
        found[0].row().update({{"number", found[0].get<int>("number") + 1}});
        try {
            articles.save(tx, found[0]);
            tx.commit();
            ++hammer.saved[static_cast<std::size_t>(id)];
            more = hammer.writes.add();
        } catch (rowbot::ConflictError const&) {
            ++hammer.saves_refused; // reads it again, some time
        }
    }
}

/// Old code: knows no upgrades, writes titles and counters.
void write_as_of_old(TemporaryDatabase const& db, Hammer& hammer)
{
    auto const connection = db.connect();
    std::minstd_rand random(2);
    for (bool more = true; more;) {
        auto const id = hammer.hot_id(random);
        bool const title = random() % 2 == 0;
        pqxx::work tx(*connection);
        tx.exec(std::string("UPDATE article SET ") +
                (title ? "title = title || 't'" : "counter = counter + 1") +
                " WHERE id = " + std::to_string(id));
        tx.commit();
        ++(title ? hammer.titled : hammer.counted)[static_cast<std::size_t>(id)];
        more = hammer.writes.add();
    }
}

/// Ends the writers and waits for them, whatever happens.
class Writers
{
public:
    Writers(TemporaryDatabase const& db, Hammer& hammer)
        : hammer_(hammer), threads_{
                               std::async(std::launch::async, [&] { save_articles(db, hammer); }),
                               std::async(std::launch::async, [&] { write_as_of_old(db, hammer); })}
    {
    }
    ~Writers() { hammer_.writes.end(); }
    void finish()
    {
        hammer_.writes.end();
        for (auto& thread : threads_) thread.get();
    }

private:
    Hammer& hammer_;
    std::future<void> threads_[2];
};

} // namespace

TEST_CASE("under two applications that write all the time, no write is lost and every row is "
          "upgraded once")
{
    TemporaryDatabase const db;
    db.exec("CREATE TABLE article (id int PRIMARY KEY, number int, title text, "
            "counter int DEFAULT 0, applied_upgrades text[]);"
            "INSERT INTO article SELECT i, i, '' FROM generate_series(1, " +
            std::to_string(rows) + ") AS i");
    Hammer hammer;
    Writers writers(db, hammer);
    auto options = once_over(db);
    options.batch_rows = 20;
    auto const run = run_worker(options, tables(hammer, true));
    auto const writes = hammer.writes.count();
    writers.finish();
    MESSAGE(writes << " writes during the walk, " << run.rows_conflicted << " conflicts, "
                   << hammer.saves_refused << " saves refused");

    CHECK(run.outcome == "done");
    CHECK(run.failures.empty());
    CHECK(writes >= 5000);
    CHECK(run.rows_conflicted >= 100);
    int lost = 0;
    auto const connection = db.connect();
    pqxx::nontransaction session(*connection);
    for (auto const& row : session.exec("SELECT id, number, title, counter FROM article")) {
        auto const id = row[0].as<std::size_t>();
        auto const title = std::string(row[2].c_str());
        auto const marks = std::count(title.begin(), title.end(), '!');
        bool const right = row[1].as<int>() == 2 * row[0].as<int>() + hammer.saved[id] &&
                           marks == 1 && static_cast<int>(title.size()) == hammer.titled[id] + 1 &&
                           row[3].as<int>() == hammer.counted[id];
        lost += right ? 0 : 1;
    }
    CHECK(lost == 0);
    CHECK(db.rows("SELECT count(*), min(cardinality(applied_upgrades)), "
                  "max(cardinality(applied_upgrades)) FROM article") == "1500|2|2");
}
