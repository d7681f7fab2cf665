// SPDX-License-Identifier: MIT
#include "run_worker.hpp"

#include <nlohmann/json.hpp>

#include <fstream>

using rowbot::Json;
using rowbot::Patch;
using rowbot::Row;

namespace
{

/// A line of /proc/self/status, in MB.
std::int64_t status_mb(std::string const& name)
{
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with(name + ":")) return std::stoll(line.substr(name.size() + 1)) / 1024;
    throw std::runtime_error("/proc/self/status has no " + name);
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool memory_is_ours = false; // most of it is the sanitizer's
#else
constexpr bool memory_is_ours = true;
#endif

/// From now on VmHWM is the peak (https://man7.org/linux/man-pages/man5/proc.5.html).
void reset_peak()
{
    std::ofstream("/proc/self/clear_refs") << "5";
}

} // namespace

TEST_CASE("rows of 1 MB are walked in memory for a few of them")
{
    TemporaryDatabase const db;
    db.exec(
        "CREATE TABLE page (id int PRIMARY KEY, random text, even text, raw bytea, doc jsonb,"
        "  applied_upgrades text[]);"
        "WITH base AS (SELECT string_agg(md5(i::text), '') AS t FROM generate_series(1, 31250) i)"
        "INSERT INTO page SELECT i, CASE i % 4 WHEN 0 THEN t || i END,"
        "  CASE i % 4 WHEN 1 THEN repeat('é', 500000) || i END,"
        "  CASE i % 4 WHEN 2 THEN convert_to(t || i, 'UTF8') END,"
        "  CASE i % 4 WHEN 3 THEN jsonb_build_object('id', i, 'body', repeat('x', 1000000)) END"
        "  FROM base, generate_series(1, 300) i");
    rowbot::Upgrade const grow{.name = "grow",
                               .apply = [](Row const& row) -> Patch {
                                   for (auto const* column : {"random", "even"})
                                       if (auto const text = row.text(column))
                                           return Patch{}.set(column, std::string(*text) + "!");
                                   if (auto const raw = row.text("raw"))
                                       return {{"raw", std::string(*raw) + "00"}};
                                   auto doc = row.get<Json>("doc");
                                   doc["more"] = true;
                                   return {{"doc", doc}};
                               },
                               .reads = {"random", "even", "raw", "doc"},
                               .writes = {"random", "even", "raw", "doc"}};
    reset_peak();
    auto const before = status_mb("VmHWM");
    auto const run = run_worker(db, {{.name = "page", .upgrades = {grow}}});
    auto const used = status_mb("VmHWM") - before;
    MESSAGE("the walk took " << used << " MB");
    CHECK(run.outcome == "done");
    CHECK(run.rows_written == 300);
    CHECK(run.rows_conflicted == 0);
    CHECK(
        db.rows("SELECT id % 4, count(*), sum(coalesce(length(random), length(even), length(raw), "
                "length(doc::text))), max(coalesce(right(random, 1), right(even, 1), "
                "right(raw::text, 2), doc ->> 'more')) FROM page GROUP BY 1 ORDER BY 1") ==
        "0|75|75000274|!\n1|75|37500272|!\n2|75|75000273|00\n3|75|75002748|true");
    // All rows together are 375 MB as text. A batch ends with the row that exceeds 1 MB, so it has
    // two of them, at most 4 MB (bytea is twice as long as text); four batches are under way (one
    // being read, two queued, one being written), each row in two forms, as read and as upgraded;
    // and what is being written stands four times in the parameters: 4 * 2 * 4 + 4 * 4 = 48 MB.
    if (memory_is_ours) CHECK(used < 64);
}

TEST_CASE("a batch of large rows is small, and the batches of the small rows behind it grow again")
{
    TemporaryDatabase const db;
    db.exec("CREATE TABLE page (id int PRIMARY KEY, doc jsonb, seen bool, applied_upgrades text[]);"
            "INSERT INTO page SELECT i, to_jsonb(repeat('x', CASE WHEN i <= 40 THEN 2000000 ELSE "
            "10 END))"
            "  FROM generate_series(1, 8000) i");
    struct Sizes : Told {
        std::vector<std::int64_t> rows{};
        void batch_written(rowbot::BatchReport const& report) override
        {
            if (report.rows_written > 0) rows.push_back(report.rows_written);
        }
    } told;
    rowbot::Table const table{.name = "page",
                              .upgrades = {{.name = "see",
                                            .apply = [](Row const&) -> Patch {
                                                return {{"seen", true}};
                                            },
                                            .reads = {"doc"},
                                            .writes = {"seen"}}}};
    rowbot::Worker(as_walker(once_over(db), {table}), {table}, told).run();
    REQUIRE(told.rows.size() > 40);
    for (std::size_t i = 0; i < 40; ++i) CHECK(told.rows[i] == 1);
    CHECK(*std::max_element(told.rows.begin(), told.rows.end()) > 50);
    CHECK(db.value("SELECT count(*) FROM page WHERE seen") == "8000");
}
