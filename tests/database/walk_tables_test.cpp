// SPDX-License-Identifier: MIT

// Tables of every shape: partitions, inheritance, keys, names, conditions, nothing in them.

#include "run_worker.hpp"

using rowbot::Patch;
using rowbot::Row;

namespace
{

rowbot::Upgrade double_number()
{
    return {.name = "double-number",
            .apply = [](Row const& row) -> Patch {
                return {{"number", 2 * row.get<int>("number")}};
            },
            .reads = {"number"},
            .writes = {"number"}};
}

/// Every row of the table has been doubled, once: it was filled with number = position.
void check_doubled(TemporaryDatabase const& db, std::string const& table, std::string const& rows)
{
    CHECK(db.value("SELECT count(*) FROM " + table +
                   " WHERE number = 2 * position AND applied_upgrades = '{double-number}'") ==
          rows);
    CHECK(db.value("SELECT count(*) FROM " + table) == rows);
}

/// Doubles the numbers of a table whose key has this type.
void check_key(std::string const& setup, std::string const& type, std::string const& value)
{
    CAPTURE(type);
    TemporaryDatabase const db;
    db.exec(setup + "CREATE TABLE counter (key " + type +
            " PRIMARY KEY, position int, number int, applied_upgrades text[]);"
            "INSERT INTO counter SELECT " +
            value + ", i, i FROM generate_series(1, 300) AS i");
    auto const run = run_worker(db, {{.name = "counter", .upgrades = {double_number()}}});
    CHECK(run.outcome == "done");
    CHECK(run.rows_written == 300);
    CHECK(run.rows_conflicted == 0);
    check_doubled(db, "counter", "300");
}

} // namespace

TEST_CASE("partitions are walked by list, range and hash, on two levels, whatever the order of "
          "their columns")
{
    TemporaryDatabase const db;
    db.exec(R"sql(
        CREATE TABLE counter (region text, id int, position int, number int, applied_upgrades text[],
                              PRIMARY KEY (region, id)) PARTITION BY LIST (region);
        CREATE TABLE counter_eu PARTITION OF counter FOR VALUES IN ('eu') PARTITION BY RANGE (id);
        CREATE TABLE counter_eu_low PARTITION OF counter_eu FOR VALUES FROM (MINVALUE) TO (100);
        CREATE TABLE counter_eu_high (applied_upgrades text[], gone int, number int, id int NOT NULL, position int,
                                      region text NOT NULL);
        ALTER TABLE counter_eu_high DROP gone;
        ALTER TABLE counter_eu ATTACH PARTITION counter_eu_high FOR VALUES FROM (100) TO (MAXVALUE);
        CREATE TABLE counter_us PARTITION OF counter FOR VALUES IN ('us') PARTITION BY HASH (id);
        CREATE TABLE counter_us_0 PARTITION OF counter_us FOR VALUES WITH (MODULUS 2, REMAINDER 0);
        CREATE TABLE counter_us_1 PARTITION OF counter_us FOR VALUES WITH (MODULUS 2, REMAINDER 1);
        CREATE TABLE counter_rest PARTITION OF counter DEFAULT;
        INSERT INTO counter SELECT r, i, i, i FROM generate_series(1, 200) i, unnest('{eu,us,asia}'::text[]) r)sql");
    auto const run = run_worker(db, {{.name = "counter", .upgrades = {double_number()}}});
    CHECK(run.outcome == "done");
    CHECK(run.rows_written == 600);
    check_doubled(db, "counter", "600");
    CHECK(db.rows("SELECT tableoid::regclass, count(*) > 50 FROM counter GROUP BY 1 ORDER BY "
                  "tableoid::regclass::text") ==
          "counter_eu_high|t\ncounter_eu_low|t\ncounter_rest|t\ncounter_us_0|t\ncounter_us_1|t");
}

TEST_CASE("a partition that is attached or detached later does not stop the walk of the others")
{
    TemporaryDatabase const db;
    db.exec("CREATE TABLE counter (id int PRIMARY KEY, position int, number int, applied_upgrades "
            "text[])"
            "  PARTITION BY RANGE (id);"
            "CREATE TABLE counter_1 PARTITION OF counter FOR VALUES FROM (0) TO (100);"
            "INSERT INTO counter SELECT i, i, i FROM generate_series(1, 99) i");
    std::vector<rowbot::Table> const tables{{.name = "counter", .upgrades = {double_number()}}};
    CHECK(run_worker(db, tables).outcome == "done");
    db.exec("CREATE TABLE counter_0 PARTITION OF counter FOR VALUES FROM (-100) TO (0);"
            "INSERT INTO counter SELECT i, i, i FROM generate_series(-50, -1) i;"
            "ALTER TABLE counter DETACH PARTITION counter_1");
    auto const run = run_worker(db, tables);
    CHECK(run.outcome == "done");
    CHECK(run.rows_written == 50);
    check_doubled(db, "counter", "50");
}

TEST_CASE("an upgrade may not write the partition key, because it is part of every key")
{
    TemporaryDatabase const db;
    db.exec("CREATE TABLE counter (id int, region text, applied_upgrades text[], PRIMARY KEY (id, "
            "region))"
            "  PARTITION BY LIST (region);"
            "CREATE TABLE counter_rest PARTITION OF counter DEFAULT");
    rowbot::Upgrade const move{.name = "move",
                               .apply = [](Row const&) -> Patch {
                                   return {{"region", "eu"}};
                               },
                               .reads = {"id"},
                               .writes = {"region"}};
    CHECK_THROWS_WITH_AS(run_worker(db, {{.name = "counter", .upgrades = {move}}}),
                         "counter: upgrade 'move' writes the key column 'region'; a key cannot be "
                         "changed by an upgrade",
                         rowbot::ConfigError);
}

TEST_CASE("inheritance children are walked with their parent, with the columns that are their own "
          "left alone")
{
    TemporaryDatabase const db;
    db.exec(R"sql(
        CREATE TABLE counter (id int PRIMARY KEY, position int, number int, applied_upgrades text[]);
        CREATE TABLE grand (remark text, number int, PRIMARY KEY (id)) INHERITS (counter);
        CREATE TABLE grander (more text, PRIMARY KEY (id)) INHERITS (grand);
        INSERT INTO counter SELECT i, i, i FROM generate_series(1, 10) i;
        INSERT INTO grand (id, position, number, remark) SELECT i, i, i, 'kept' FROM generate_series(11, 20) i;
        INSERT INTO grander (id, position, number, more) SELECT i, i, i, 'more' FROM generate_series(21, 30) i)sql");
    auto const run = run_worker(db, {{.name = "counter", .upgrades = {double_number()}}});
    CHECK(run.outcome == "done");
    check_doubled(db, "counter", "30");
    CHECK(db.rows("SELECT DISTINCT tableoid::regclass, remark, more FROM grander") ==
          "grander|∅|more");
    CHECK(db.rows("SELECT DISTINCT remark FROM ONLY grand") == "kept");
}

TEST_CASE("the same key in parent and child is two rows")
{
    TemporaryDatabase const db;
    db.exec("CREATE TABLE counter (id int PRIMARY KEY, position int, number int, applied_upgrades "
            "text[]);"
            "CREATE TABLE child (PRIMARY KEY (id)) INHERITS (counter);"
            "INSERT INTO counter VALUES (1, 10, 10); INSERT INTO child VALUES (1, 20, 20)");
    CHECK(run_worker(db, {{.name = "counter", .upgrades = {double_number()}}}).outcome == "done");
    check_doubled(db, "counter", "2");
}

TEST_CASE("a key may have any type that has an index")
{
    check_key("", "bigint", "i - 150");
    check_key("", "text", "repeat(E'\\\\''\"{},', i)");
    check_key("", "text", "md5(i::text)");
    check_key("", "char(8)", "i::text");
    check_key("", "varchar COLLATE \"C\"", "chr(10) || i");
    check_key("", "uuid", "md5(i::text)::uuid");
    check_key("", "bytea", "sha256(i::text::bytea)");
    check_key("", "numeric(12,4)", "i / 7.0");
    check_key("", "float8", "i / 7.0::float8");
    check_key("", "timestamptz",
              "'2020-10-25 00:00:00.123456'::timestamptz + i * interval '7 min'");
    check_key("", "date", "'2020-10-25'::date + i");
    check_key("", "interval", "i * interval '1 min'");
    check_key("", "inet", "'10.0.0.0'::inet + i");
    check_key("", "cidr", "('10.0.' || i / 100 || '.' || i % 100 || '/32')::cidr");
    check_key("", "int[]", "ARRAY[i, NULL, -i]");
    check_key("", "jsonb", "jsonb_build_object('id', i)");
    check_key("", "int4range", "int4range(i, i + 3)");
    check_key("", "\"char\"[]", "ARRAY[chr(32 + i % 90), chr(32 + i / 90)]::\"char\"[]");
    check_key("", "name", "'name' || i");
    check_key("CREATE EXTENSION citext;", "citext", "'Key' || i");
    check_key("CREATE DOMAIN code AS text CHECK (VALUE <> '');", "code", "'code ' || i");
    check_key("CREATE TYPE pair AS (a int, b text);", "pair", "ROW(i, 'x, \"y\"')::pair");
}

TEST_CASE("a composite key distinguishes rows that differ in one part only")
{
    TemporaryDatabase const db;
    db.exec("CREATE TABLE counter (a text, b text, c int, position int, number int, "
            "applied_upgrades text[],"
            "  PRIMARY KEY (c, b, a));"
            "INSERT INTO counter VALUES ('x, y', 'z', 1, 1, 1), ('x', 'y, z', 1, 2, 2), ('x', 'z', "
            "1, 3, 3),"
            "  ('x', 'z', 2, 4, 4)");
    CHECK(run_worker(db, {{.name = "counter", .upgrades = {double_number()}}}).outcome == "done");
    check_doubled(db, "counter", "4");
}

TEST_CASE("rows whose keys look alike in a message fail each on its own")
{
    TemporaryDatabase const db;
    db.exec("CREATE TABLE counter (a text, b text, number int, applied_upgrades text[], PRIMARY "
            "KEY (a, b));"
            "INSERT INTO counter VALUES ('x, y', 'z', NULL), ('x', 'y, z', NULL)");
    auto options = once_over(db);
    options.lock_wait = {};
    auto const run = run_worker(options, {{.name = "counter", .upgrades = {double_number()}}});
    CHECK(run.outcome == "rows failed");
    CHECK(run.failures.size() == 2);
    CHECK(run.failing == std::vector<std::string>{"counter: 2"});
}

TEST_CASE("a key may be a unique index over columns that are NOT NULL")
{
    TemporaryDatabase const db;
    db.exec(
        "CREATE TABLE counter (slug text NOT NULL, lang text NOT NULL, position int, number int,"
        "  applied_upgrades text[]);"
        "CREATE UNIQUE INDEX ON counter (lang, slug) INCLUDE (number);"
        "INSERT INTO counter SELECT 'slug ' || i / 2, 'lang ' || i % 2, i, i FROM "
        "generate_series(1, 99) i");
    auto const run = run_worker(
        db, {{.name = "counter", .upgrades = {double_number()}, .key = {"slug", "lang"}}});
    CHECK(run.outcome == "done");
    check_doubled(db, "counter", "99");
}

TEST_CASE("names that need quotes work everywhere")
{
    TemporaryDatabase const db;
    db.exec(R"sql(
        CREATE SCHEMA "Weird Table";
        CREATE TABLE "Weird Table"."sélect" ("the "" key" int PRIMARY KEY, "Position" int, "t" int, "ord" int, "k0" int,
            "v" int, "v1" int, "s" int, "tid" int, "own" int, "bytes" int, "c0" int, "sta'tus\" text, "ünïcode" text,
            applied_upgrades text[]) PARTITION BY RANGE ("the "" key");
        CREATE TABLE "Weird Table"."le""af '1'" PARTITION OF "Weird Table"."sélect" FOR VALUES FROM (0) TO (2);
        CREATE TABLE "Weird Table"."le""af '2'" PARTITION OF "Weird Table"."sélect" DEFAULT;
        INSERT INTO "Weird Table"."sélect" SELECT i, i, i, i, i, i, i, i, i, i, i, i, 'ä', 'b' FROM generate_series(1, 3) i)sql");
    rowbot::Table const table{
        .name = "\"Weird Table\".\"sélect\"",
        .upgrades = {{.name = "join",
                      .apply = [](Row const& row) -> Patch {
                          return {{"ünïcode", row.get<std::string>("sta'tus\\") +
                                                  row.get<std::string>("ünïcode")},
                                  {"t", row.get<int>("t") + row.get<int>("ord")},
                                  {"v1", row.get<int>("k0") + row.get<int>("v")}};
                      }}},
        .where = "ord > 0 AND k0 > 0 AND tid > 0 AND own > 0 AND bytes > 0 AND c0 > 0 AND v1 > 0 "
                 "AND t > 0 "
                 "AND s > 0 AND \"the \"\" key\" <> 3"};
    auto const run = run_worker(db, {table});
    CHECK(run.outcome == "done");
    CHECK(run.rows_written == 2);
    CHECK(
        db.rows("SELECT \"the \"\" key\", t, v1, \"sta'tus\\\", \"ünïcode\", applied_upgrades FROM "
                "\"Weird Table\".\"sélect\" ORDER BY 1") ==
        "1|2|2|ä|äb|{join}\n2|4|4|ä|äb|{join}\n3|3|3|ä|b|∅");
}

TEST_CASE("a row that was missed once is found again whatever its columns are called")
{
    TemporaryDatabase const db;
    db.exec(
        "CREATE TABLE counter (ord int PRIMARY KEY, k0 int, number int, applied_upgrades text[]);"
        "INSERT INTO counter VALUES (1, 1, 5), (2, 2, 6)");
    rowbot::Upgrade const meddling{
        .name = "double-number",
        .apply = [&db](Row const& row) -> Patch {
            auto const number = row.get<int>("number");
            if (number < 100)
                db.exec("UPDATE counter SET number = number + 100 WHERE number < 100");
            return {{"number", 2 * number}};
        },
        .reads = {"number"},
        .writes = {"number"}};
    auto const run = run_worker(
        db, {{.name = "counter", .upgrades = {meddling}, .where = "ord > 0 AND k0 > 0"}});
    CHECK(run.outcome == "done");
    CHECK(run.rows_conflicted == 2);
    CHECK(db.rows("SELECT * FROM counter ORDER BY ord") ==
          "1|1|210|{double-number}\n2|2|212|{double-number}");
}

TEST_CASE("rows that do not fulfil Table::where are left out of walk and proof, and counted")
{
    TemporaryDatabase const db;
    db.exec("CREATE TABLE counter (id int PRIMARY KEY, position int, number int, closed bool,"
            "  applied_upgrades text[]);"
            "INSERT INTO counter SELECT i, i, i, CASE i % 3 WHEN 0 THEN true WHEN 1 THEN false END"
            "  FROM generate_series(1, 30) i");
    auto const run =
        run_worker(db, {{.name = "counter", .upgrades = {double_number()}, .where = "NOT closed"}});
    CHECK(run.outcome == "done");
    CHECK(run.rows_written == 10);
    CHECK(
        db.rows(
            "SELECT closed, count(*), min(applied_upgrades) FROM counter GROUP BY 1 ORDER BY 1") ==
        "f|10|{double-number}\nt|10|∅\n∅|10|∅");
    CHECK(
        db.rows("SELECT state, rows_pending, rows_pending_exact, rows_excluded FROM rowbot.walk") ==
        "complete|0|t|20");
}

TEST_CASE("a table without rows is complete at once, and so is one whose upgrades are all cleanups")
{
    TemporaryDatabase const db;
    db.exec("CREATE TABLE counter (id int PRIMARY KEY, number int, applied_upgrades text[]);"
            "CREATE TABLE plain (id int PRIMARY KEY, applied_upgrades text[])");
    auto const run =
        run_worker(db, {{.name = "counter", .upgrades = {double_number()}}, {.name = "plain"}});
    CHECK(run.outcome == "done");
    CHECK(run.complete == std::vector<std::string>{"counter", "plain"});
    auto options = once_over(db);
    options.cleanup_after = std::chrono::seconds{0};
    auto const cleaned = run_worker(options, {{.name = "counter", .cleanups = {"double-number"}}});
    CHECK(cleaned.outcome == "done");
    CHECK(cleaned.cleaned == std::vector<std::string>{"counter/double-number: 0"});
}

TEST_CASE("rows that are patched in more than four different ways are written as in fewer")
{
    TemporaryDatabase const db;
    db.exec("CREATE TABLE wide (id int PRIMARY KEY, a int, b text, c numeric(6,2), d jsonb, e "
            "bool, f text[],"
            "  applied_upgrades text[]);"
            "INSERT INTO wide SELECT i, NULL, 'b', 1.10, '[1.10]', true, '{f}' FROM "
            "generate_series(0, 127) i");
    // Bit n of the id says whether the n-th upgrade changes its column.
    std::vector<std::pair<std::string, rowbot::PatchValue>> const values{
        {"a", 1}, {"b", nullptr}, {"c", "2.345"}, {"d", nullptr}, {"e", false}, {"f", "{x,NULL}"}};
    rowbot::Table table{.name = "wide"};
    for (std::size_t n = 0; n < values.size(); ++n)
        table.upgrades.push_back({.name = "set-" + values[n].first,
                                  .apply = [n, value = values[n]](Row const& row) -> Patch {
                                      if ((row.get<int>("id") >> n) % 2 == 0) return {};
                                      return Patch{}.set(value.first, value.second);
                                  },
                                  .reads = {"id"},
                                  .writes = {values[n].first}});
    std::string const expected =
        "SELECT id, CASE WHEN id & 1 > 0 THEN 1 END, CASE WHEN id & 2 = 0 THEN 'b' END,"
        " CASE WHEN id & 4 = 0 THEN 1.10 ELSE 2.35 END,"
        " CASE WHEN id & 8 = 0 THEN '[1.10]'::jsonb END, id & 16 = 0,"
        " CASE WHEN id & 32 = 0 THEN '{f}'::text[] ELSE '{x,NULL}' END,"
        " '{set-a,set-b,set-c,set-d,set-e,set-f}'::text[] FROM generate_series(0, 127) id";
    SUBCASE("in one statement")
    {
        CHECK(run_worker(db, {table}).rows_conflicted == 0);
        CHECK(db.rows("SELECT * FROM wide ORDER BY id") == db.rows(expected + " ORDER BY id"));
    }
    SUBCASE("one statement a set where a trigger asks which columns are written")
    {
        db.exec(
            "CREATE TABLE seen (id int); GRANT INSERT ON seen TO " + walker(db) +
            ";"
            "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS"
            "  'BEGIN INSERT INTO seen VALUES (NEW.id); RETURN NEW; END';"
            "CREATE TRIGGER of_b BEFORE UPDATE OF b ON wide FOR EACH ROW EXECUTE FUNCTION note()");
        CHECK(run_worker(db, {table}).outcome == "done");
        CHECK(db.rows("SELECT * FROM wide ORDER BY id") == db.rows(expected + " ORDER BY id"));
        CHECK(db.value("SELECT string_agg(id::text, ',' ORDER BY id) FROM seen") ==
              db.value("SELECT string_agg(id::text, ',' ORDER BY id) FROM wide WHERE id & 2 > 0"));
    }
}
