// SPDX-License-Identifier: MIT

// The property that carries the product: for every row, what the application read before the walk
// is what the walk stored, once the column's type has stored both.

#include "article.hpp"
#include "run_worker.hpp"

#include <random>
#include <set>

using rowbot::Json;
using rowbot::Patch;
using rowbot::PatchValue;
using rowbot::Row;

namespace
{

using Random = std::mt19937_64;

/// A type, and texts that it accepts. `keeps`: a later upgrade may read what an earlier one wrote.
struct Kind {
    char const* type;
    bool keeps;
    std::vector<std::string> texts;
};

std::vector<Kind> const kinds{
    {"boolean", true, {"t", "f", " YES ", "of", "tru", "0", "On"}},
    {"smallint", true, {"0", "-32768", "32767", " 12 ", "+7", "-0", "007"}},
    {"integer", true, {"0", "-2147483648", "2147483647", "\t12\n", "+7", "-000"}},
    {"bigint",
     true,
     {"0", "-9223372036854775808", "9223372036854775807", " 1 ", "9007199254740993"}},
    {"double precision",
     true,
     {"0", "-0", "NaN", "Infinity", "-inf", "5e-324", "1.7976931348623157e308", "0.1", " 1.50 ",
      "123456789012345678", "1e15", "1e-5", "0.0001", "3e14", "+1.", ".5"}},
    {"text",
     true,
     {"", "a", "NULL", "\"{},\\'", "日本語", "[1, 2]", "{\"a\": 1}", " x ", "1.10", "\t\n"}},
    {"jsonb",
     true,
     {"null", "1.10", "1e3", "{\"b\": [1, 2.50, {}], \"a\": \"\\u00e9\"}", "[]", "\"text\"", "true",
      "-0.0", "1e400", "12345678901234567890", "123456789012345678901234567890", "[0.1, 1e-7]",
      "{\"aa\": 1, \"b\": 2, \"\": 3}", "\"\\t\\\"\\\\\\u001f\""}},
    {"numeric(8,3)", false, {"1.0005", "-99999.9994", "NaN", "0", "1e3"}},
    {"numeric", false, {"1.10", "-0.00", "12345678901234567890123456789012345678", "NaN", "1e-20"}},
    {"real", false, {"0.1", "1e-45", "NaN", "-0", "16777217"}},
    {"varchar(12)", false, {"", "twelve chars", "two          ", "ü"}},
    {"char(6)", false, {"", "ab", "abcdef", "ab    ", " x"}},
    {"timestamptz(0)",
     false,
     {"2020-01-01 12:00:00.6+02", "infinity", "0044-03-15 BC", "1999-12-31"}},
    {"timestamp", false, {"2020-01-01 12:00:00.123456", "-infinity"}},
    {"date", false, {"2020-02-29", "J2451187", "infinity"}},
    {"interval", false, {"1 mon -1 day 00:00:00.1", "P1Y2M", "-1:00", "1.5 hours"}},
    {"uuid",
     false,
     {"A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "{00000000-0000-0000-0000-000000000000}"}},
    {"bytea", false, {"\\x00ff", "\\xDEADbeef", "", "abc\\000"}},
    {"inet", false, {"10.1.2.3/8", "::1", "192.168.0.1"}},
    {"json", false, {"{\"a\" :  1.10, \"a\": 1e400}", "null", "[1]", "\"\\u0000\""}},
    {"text[]", false, {"{}", "{a,NULL,\"NULL\",\"\"}", "[0:1]={a,b}", "{{a,b},{c,d}}"}},
    {"int[]", false, {"{}", "{1,NULL,-3}", "{ 1 , 2 }"}},
    {"xml", false, {"<a b=\"c\"/>", "plain", "<a>&amp;</a>"}},
    {"int4range", false, {"[1,5]", "empty", "(,)"}},
    {"bit varying(9)", false, {"", "101", "111111111"}},
    {"money", false, {"1.50", "-$1,234.56"}},
    {"positive", false, {"1", " 7 "}},
    {"mood", false, {"sad", "happy"}}};

char const* const types_sql = "CREATE DOMAIN positive AS int CHECK (VALUE > 0);"
                              "CREATE TYPE mood AS ENUM ('sad', 'happy')";

template <class T> T const& one_of(std::vector<T> const& from, std::uint64_t number)
{
    return from[number % from.size()];
}

std::uint64_t hash(std::string_view text, std::uint64_t seed)
{
    auto h = seed ^ 14695981039346656037ULL;
    for (char const c : text) h = (h ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    return h ^ (h >> 29);
}

/// JSON as an upgrade might make it, of what it has read and of awkward numbers.
Json some_json(std::uint64_t h, std::string const& text)
{
    auto const fraction = static_cast<double>(static_cast<std::int64_t>(h)) / 1e7;
    switch (h % 9) {
    case 0:
        return Json{{"text", text}, {"n", static_cast<std::int64_t>(h)}, {"a", {1, nullptr, true}}};
    case 1:
        return Json(fraction);
    case 2:
        return Json(1.0 / static_cast<double>(h % 1000 + 1));
    case 3:
        return Json(static_cast<double>(h % 100) * 1e20);
    case 4:
        return Json(text);
    case 5:
        return Json(h);
    case 6:
        return Json::array({Json::object(), text, -0.0, 1e-7, "\x01\x1f\x7f\"\\"});
    case 7:
        return Json{{"zz", 1}, {"b", 2}, {"", text}, {"ä", {{"deep", {fraction}}}}};
    default:
        return Json();
    }
}

/// The new value of a column: made from what was read, by value or as input text.
PatchValue new_value(Row const& row, std::string const& source, std::string const& type,
                     Kind const& kind, std::uint64_t h)
{
    std::string const target = kind.type;
    bool const same = type == target;
    auto const text = std::string(row.text(source).value_or("(null)"));
    if (h % 11 == 0 || (same && !row.text(source))) return nullptr;
    if (target == "boolean" && same && h % 2 == 0) return !row.get<bool>(source);
    if (target == "smallint" && same && h % 2 == 0)
        return static_cast<int>(row.get<std::int16_t>(source) / 2);
    if (target == "integer" && h % 2 == 0)
        return same ? row.get<int>(source) / 3 : static_cast<int>(h >> 33);
    if (target == "bigint" && h % 3 != 0)
        return same ? row.get<std::int64_t>(source) / 7 : static_cast<std::int64_t>(h);
    if (target == "double precision" && h % 3 != 0)
        return same ? row.get<double>(source) / 3
                    : static_cast<double>(static_cast<std::int64_t>(h)) * 1e-9;
    if (target == "text" && h % 3 != 0) return text + "'s \"\\";
    if (target == "jsonb" && same && h % 2 == 0)
        return Json{{"was", row.get<Json>(source)}, {"h", h % 100}};
    if (target == "jsonb" && h % 5 == 0) return rowbot::json_null;
    if (target == "jsonb" || target == "json") return some_json(h, text);
    if (target == "text[]" && h % 2 == 0) return std::vector<std::string>{text, "", "NULL"};
    if (target == "int[]" && h % 2 == 0)
        return std::vector<std::optional<int>>{static_cast<int>(h % 1000), std::nullopt};
    return one_of(kind.texts, h >> 8);
}

struct Generated {
    rowbot::Table table;
    std::vector<Kind const*> columns; ///< c0, c1, …
};

std::string column(std::size_t at)
{
    return "c" + std::to_string(at);
}

/// Up to eight columns, up to six upgrades that build on each other as far as fit() allows it.
Generated generate(std::string const& name, Random& random)
{
    Generated made{.table = {.name = name}, .columns = {}};
    for (std::size_t i = 0; i < 5; ++i) made.columns.push_back(&kinds[random() % 7]);
    for (std::size_t i = 0; i < 4; ++i) made.columns.push_back(&one_of(kinds, random()));

    std::set<std::size_t> closed; // written by an earlier upgrade, and storing changes it
    auto const upgrades = 2 + random() % 5;
    for (std::uint64_t u = 0; u < upgrades; ++u) {
        std::vector<std::size_t> reads, writes;
        for (std::size_t i = 0; i < made.columns.size(); ++i) {
            if (!closed.contains(i) && random() % 3 == 0) reads.push_back(i);
            if (random() % 4 == 0) writes.push_back(i);
        }
        if (reads.empty()) reads.push_back(0);
        if (writes.empty()) writes.push_back(1);
        for (auto const i : writes)
            if (!made.columns[i]->keeps) closed.insert(i);

        std::vector<std::string> read_names, write_names;
        for (auto const i : reads) read_names.push_back(column(i));
        for (auto const i : writes) write_names.push_back(column(i));
        auto const seed = random();
        made.table.upgrades.push_back(
            {.name = "upgrade-" + std::to_string(u),
             .apply = [reads, writes, seed, columns = made.columns](Row const& row) -> Patch {
                 auto h = seed;
                 for (auto const i : reads) h = hash(row.text(column(i)).value_or("∅"), h);
                 Patch patch;
                 for (auto const i : writes) {
                     h = hash(column(i), h);
                     if (h % 5 == 0) continue; // this row needs no change
                     auto const source = one_of(reads, h >> 16);
                     patch.set(column(i), new_value(row, column(source), columns[source]->type,
                                                    *columns[i], h));
                 }
                 return patch;
             },
             .reads = read_names,
             .writes = write_names});
    }
    return made;
}

std::string quoted(std::string const& text)
{
    std::string sql = "'";
    for (char const c : text) sql += c == '\'' ? "''" : std::string(1, c);
    return sql + "'";
}

std::string rows_sql(Generated const& made, int rows, Random& random)
{
    std::string sql = "CREATE TABLE " + made.table.name + " (id int PRIMARY KEY";
    for (std::size_t i = 0; i < made.columns.size(); ++i)
        sql += ", " + column(i) + " " + made.columns[i]->type;
    sql += ", applied_upgrades text[]); INSERT INTO " + made.table.name + " VALUES ";
    for (int id = 0; id < rows; ++id) {
        sql += (id > 0 ? ",\n(" : "(") + std::to_string(id);
        for (auto const* kind : made.columns)
            sql += random() % 9 == 0 ? ", NULL" : ", " + quoted(one_of(kind->texts, random()));
        if (random() % 4 == 0) {
            sql += ", NULL)";
            continue;
        }
        std::string names;
        for (auto const& upgrade : made.table.upgrades)
            if (random() % 4 == 0) names += (names.empty() ? "" : ",") + upgrade.name;
        sql += ", '{" + names + "}')";
    }
    return sql;
}

/// SQL that writes what was read into the row's copy, through the types of its columns.
std::string expected_sql(Generated const& made, rowbot::EffectiveRow const& row)
{
    std::string sql;
    auto const set = [&](std::string const& name, std::optional<std::string_view> value) {
        sql += (sql.empty() ? "" : ", ") + name + " = " +
               (value ? quoted(std::string(*value)) : "NULL");
    };
    if (row.failure() != nullptr) { // what the upgrades before the failed one wrote is kept
        for (auto const& [name, value] : row.changes()) set(name, value);
        if (sql.empty()) return sql;
    } else {
        for (std::size_t i = 0; i < made.columns.size(); ++i) set(column(i), row.text(column(i)));
        std::string names;
        for (auto const& name : row.current().applied()) names += (names.empty() ? "" : ",") + name;
        set("applied_upgrades", "{" + names + "}");
    }
    return "UPDATE expected SET " + sql + " WHERE id = " + row.key() + ";";
}

/// The upgrades of one deploy after the other, so that each but the first reads what was stored.
void walk_one_by_one(TemporaryDatabase const& db, rowbot::Table const& table)
{
    auto first = table;
    first.upgrades.clear();
    for (auto const& upgrade : table.upgrades) {
        first.upgrades.push_back(upgrade);
        run_worker(db, {first});
    }
}

/// Returns how many rows could not be read, because an upgrade failed on them.
std::int64_t check_agreement(Random& random, int rows, bool one_by_one)
{
    TemporaryDatabase const db;
    db.exec(types_sql);
    auto const made = generate("stored", random);
    db.exec(rows_sql(made, rows, random));
    db.exec("CREATE TABLE expected AS TABLE stored WITH NO DATA;"
            "ALTER TABLE expected ADD PRIMARY KEY (id); INSERT INTO expected TABLE stored");
    std::int64_t failures = 0;
    std::string sql;
    for (auto& read : read_all(Articles(made.table), db, "SELECT * FROM stored")) {
        failures += read.row().failure() != nullptr ? 1 : 0;
        sql += expected_sql(made, read.row());
    }
    db.exec(sql);

    if (one_by_one) walk_one_by_one(db, made.table);
    auto const run = run_worker(db, {made.table});
    CHECK(run.table_stops.empty());
    CHECK(run.rows_conflicted == 0);
    CHECK(static_cast<std::int64_t>(run.failures.size()) == failures);
    for (auto const& failure : run.failures) // of upgrades; everything that they wrote was stored
        CHECK_MESSAGE(failure.find("SQLSTATE") == std::string::npos, failure);
    // Where an upgrade failed, the names of those before it were recorded, which nobody could read.
    std::string differs = "s.id IS NULL OR e.id IS NULL OR (cardinality(e.applied_upgrades) = " +
                          std::to_string(made.table.upgrades.size()) +
                          " AND s.applied_upgrades IS DISTINCT FROM e.applied_upgrades)";
    for (std::size_t i = 0; i < made.columns.size(); ++i)
        differs += " OR format('%L', s." + column(i) + ") COLLATE \"C\" <> format('%L', e." +
                   column(i) + ")";
    CHECK(db.rows("SELECT s, e FROM stored s FULL JOIN expected e USING (id) WHERE " + differs +
                  " LIMIT 3") == "");
    return failures;
}

} // namespace

TEST_CASE("for every generated row, what the application read is what the worker stored")
{
    char const* const given = std::getenv("ROWBOT_TEST_SEED");
    auto const seed = given != nullptr ? std::stoull(given) : std::random_device{}();
    MESSAGE("ROWBOT_TEST_SEED=" << seed);
    Random random(seed);
    std::int64_t failures = 0;
    for (int i = 0; i < 20; ++i) {
        CAPTURE(seed);
        CAPTURE(i);
        failures += check_agreement(random, 500, i % 2 == 1);
    }
    CHECK(failures < 2'000); // of 10,000: most say what they say of values, not of errors
}
