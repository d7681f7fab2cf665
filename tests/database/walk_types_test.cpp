// SPDX-License-Identifier: MIT

// Every column type of PostgreSQL's manual, chapter 8, with values that a careless hand would
// change, in a database whose own settings are odd.

#include "run_worker.hpp"

#include <nlohmann/json.hpp>

using rowbot::Patch;
using rowbot::Row;

namespace
{

/// A type and values of it, as SQL expressions where they begin with `=`, otherwise as input text.
struct Kind {
    char const* type;
    std::vector<char const*> values;
    /// An upgrade may read it: its text does not depend on search_path.
    bool readable = true;
};

std::vector<Kind> const kinds{
    {"smallint", {"-32768", "32767"}},
    {"integer", {"-2147483648", "0"}},
    {"bigint", {"9223372036854775807", "-9223372036854775808"}},
    {"numeric",
     {"1234567890123456789012345678901234567.8", "NaN", "Infinity", "-Infinity", "-0.00", "1.10",
      "1e-1000"}},
    {"numeric(6,2)", {"1.1", "-9999.99", "NaN"}},
    {"real", {"1e-45", "-0", "NaN", "Infinity", "16777216", "0.1"}},
    {"double precision",
     {"5e-324", "-0", "NaN", "-Infinity", "1.7976931348623157e308", "0.1", "123456789012345678"}},
    {"money", {"-92233720368547758.08", "0.01"}},
    {"varchar(10)", {"", "ends in    ", "日本"}},
    {"char(5)", {"", "ab", " a\tb"}},
    {"text", {"", "NULL", "\\x00", "é", "é", "'\"\\{},\n\r\t"}},
    {"name", {"pg_class", ""}},
    {"\"char\"", {"a", "", "\\"}},
    {"bytea", {"\\x00ff5c27", "\\x", "\\x5c785c"}},
    {"timestamp", {"infinity", "4713-01-01 00:00 BC", "294276-12-31 23:59:59.999999"}},
    {"timestamptz", {"-infinity", "2020-10-25 00:30:00.123456+00", "1880-01-01 00:00:00+00:09:21"}},
    {"timestamptz(0)", {"2020-10-25 01:30:00+00"}},
    {"date", {"5874897-12-31", "4713-01-01 BC", "infinity"}},
    {"time", {"24:00:00", "00:00:00.000001"}},
    {"timetz", {"23:59:59.999999-15:59", "00:00+15:59"}},
    {"interval",
     {"-178000000 years", "1 mon -1 day +00:00:00.000001", "-1 mons +2 days -03:04:05.678", "0"}},
    {"interval day to second(2)", {"1 12:59:10.12", "-4 -00:00:00.5"}},
    {"boolean", {"t", "f"}},
    {"mood", {"sad", "über 'happy'"}},
    {"point", {"(0.1,1e+300)", "(-0,NaN)"}},
    {"line", {"{1,-1,0.1}"}},
    {"lseg", {"[(0,0),(0.1,1)]"}},
    {"box", {"(2,2),(1,1)"}},
    {"path", {"((0,0),(1,1),(2,0))", "[(0,0),(1,1)]"}},
    {"polygon", {"((0,0),(1,1),(2,0))"}},
    {"circle", {"<(1,2),0.1>"}},
    {"cidr", {"10.0.0.0/8", "2001:db8::/32"}},
    {"inet", {"10.1.2.3/8", "10.1.2.3", "::ffff:1.2.3.4/128"}},
    {"macaddr", {"08:00:2b:01:02:03"}},
    {"macaddr8", {"08:00:2b:01:02:03:04:05"}},
    {"bit(3)", {"101", "000"}},
    {"bit varying(9)", {"", "111111111"}},
    {"tsvector", {"'a b':1A,2 'it''s':3", ""}},
    {"tsquery", {"'a' & !'b' <2> 'c':*AB"}},
    {"uuid", {"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"}},
    {"xml", {"<a b=\"c\"/>", "content, no document", "<?xml version=\"1.0\"?><x>&lt;</x>", ""}},
    {"json",
     {"{\"a\" :  1.10, \"a\": 1e400, \"n\": 12345678901234567890123}", "\"\\u0000\"", " null ",
      "=(repeat('[', 2000) || repeat(']', 2000))::json"}},
    {"jsonb",
     {"{\"x\": 1.10, \"y\": 1e400}", "null", "\"\"",
      "=(repeat('[', 2000) || repeat(']', 2000))::jsonb"}},
    {"jsonpath", {"$.\"a\"[*] ? (@ > 1.10)"}},
    {"integer[]", {"{}", "{1,NULL}", "[0:1][1:2]={{1,2},{3,NULL}}"}},
    {"text[]", {"{}", "{NULL,\"NULL\",\"\",\"\\\\\\\"{},\"}"}},
    {"box[]", {"{(2,2),(1,1);(4,4),(3,3)}"}},
    {"boolean[]", {"{t,NULL,f}"}},
    {"inet[]", {"{10.1.2.3/32,NULL}"}},
    {"char(3)[]", {"{a,\"b \"}"}},
    {"timestamptz[]", {"{\"2020-10-25 00:30:00+00\",infinity}"}},
    {"jsonb[]", {"{\"{\\\"a\\\": 1.10}\",NULL,null}"}},
    {"pair", {"(1,\"a \"\"b\"\"\")", "(,)", "(2,\"\")"}},
    {"pair[]", {"{\"(1,\\\"a,b\\\")\",NULL}"}},
    {"nested", {"(\"(1,x)\",\"{t,f}\",\"2020-10-25 00:30:00+00\",1.50)"}},
    {"int4range", {"[1,5)", "empty", "(,)"}},
    {"numrange", {"[1.10,1.2)", "(,NaN]"}},
    {"tstzrange", {"[\"2020-10-25 00:30:00+00\",infinity)"}},
    {"textrange", {"[\"a,b\",\"c\"\"\")"}},
    {"int4multirange", {"{}", "{[1,3),[5,)}"}},
    {"tstzmultirange", {"{[\"2020-10-25 00:30:00+00\",\"2020-10-26 00:00:00+00\")}"}},
    {"positive", {"7"}},
    {"price", {"1.10"}},
    {"words", {"{a,b}"}},
    {"yes", {"t"}},
    {"oid", {"4294967295"}},
    {"regclass", {"pg_class", "\"Odd\".\"tab le\"", "-"}, false},
    {"regtype", {"integer", "mood"}, false},
    {"regtype[]", {"{integer,mood}"}, false},
    {"regrole", {"pg_monitor"}, false},
    {"regconfig", {"simple"}, false},
    {"pg_lsn", {"FFFFFFFF/FFFFFFFF"}},
    {"tid", {"(4294967295,65535)"}},
    {"xid", {"4294967295"}},
    {"xid8", {"18446744073709551615"}},
    {"pg_snapshot", {"10:20:10,14,15"}},
    {"int2vector", {"1 2 3"}},
    {"citext", {"ÄöÜ", "", "a"}},
    {"hstore", {"\"a\"=>\"1\", \"b\"=>NULL"}},
    {"temperature", {"(20,C)"}}};

// Types of the user; `temperature` has casts to and from text that do not show what it holds.
char const* const types_sql = R"sql(
    CREATE EXTENSION citext; CREATE EXTENSION hstore;
    CREATE SCHEMA "Odd"; CREATE TABLE "Odd"."tab le" ();
    CREATE TYPE mood AS ENUM ('sad', 'über ''happy''');
    CREATE TYPE pair AS (a int, b text);
    CREATE TYPE nested AS (p pair, flags bool[], moment timestamptz, sum numeric(6,2));
    CREATE TYPE textrange AS RANGE (subtype = text, collation = "C");
    CREATE DOMAIN positive AS int CHECK (VALUE > 0);
    CREATE DOMAIN price AS numeric(6,2);
    CREATE DOMAIN words AS text[] CHECK (cardinality(VALUE) > 0);
    CREATE DOMAIN yes AS bool CHECK (VALUE);
    CREATE TYPE temperature AS (degrees float8, unit text);
    CREATE FUNCTION shown(temperature) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1.degrees || '' °'' || $1.unit';
    CREATE FUNCTION parsed(text) RETURNS temperature LANGUAGE sql IMMUTABLE AS 'SELECT ROW(0, $1)::temperature';
    CREATE CAST (temperature AS text) WITH FUNCTION shown;
    CREATE CAST (text AS temperature) WITH FUNCTION parsed)sql";

void set_back(TemporaryDatabase const& db)
{
    db.exec("SET transaction_read_only = off; ALTER DATABASE " + db.name() + " RESET ALL");
}

/// What an application may have set for all its connections.
void set_oddly(TemporaryDatabase const& db)
{
    std::string sql;
    for (auto const* setting :
         {"TimeZone = 'America/St_Johns'", "DateStyle = 'German, DMY'", "lc_monetary = 'C'",
          "IntervalStyle = 'sql_standard'", "bytea_output = 'escape'", "extra_float_digits = -10",
          "xmloption = 'document'", "array_nulls = off", "standard_conforming_strings = off",
          "escape_string_warning = off", "client_encoding = 'LATIN1'",
          "search_path = public, pg_catalog", "default_transaction_isolation = 'serializable'",
          "default_transaction_read_only = on", "quote_all_identifiers = on",
          "transform_null_equals = on", "enable_tidscan = off", "synchronous_commit = off",
          "statement_timeout = '10min'"})
        sql += "ALTER DATABASE " + db.name() + " SET " + setting + ";";
    db.exec(sql);
}

std::string input(char const* value, Kind const& kind)
{
    if (*value == '=') return value + 1;
    std::string sql = "'";
    for (char const* c = value; *c != '\0'; ++c) sql += *c == '\'' ? "''" : std::string(1, *c);
    return sql + "'::" + kind.type;
}

std::string column(char prefix, std::size_t kind)
{
    return prefix + std::to_string(kind);
}

std::size_t most_values()
{
    std::size_t most = 0;
    for (auto const& kind : kinds) most = std::max(most, kind.values.size());
    return most;
}

/// A table `zoo` with a column a0, a1, … for each kind, and b0, b1, … where `twice`; row i holds
/// the i-th values in a and the next in b.
void create_zoo(TemporaryDatabase const& db, bool twice)
{
    db.exec(types_sql);
    std::string create = "SET xmloption = content; CREATE TABLE zoo (id int PRIMARY KEY";
    std::string insert;
    for (std::size_t k = 0; k < kinds.size(); ++k)
        for (char const prefix : {'a', 'b'})
            if (prefix == 'a' || twice) create += ", " + column(prefix, k) + " " + kinds[k].type;
    for (std::size_t i = 0; i < most_values(); ++i) {
        insert += "INSERT INTO zoo VALUES (" + std::to_string(i);
        for (auto const& kind : kinds)
            for (std::size_t shift = 0; shift < (twice ? 2U : 1U); ++shift)
                insert += ",\n" + input(kind.values[(i + shift) % kind.values.size()], kind);
        insert += ");";
    }
    db.exec(create + ", applied_upgrades text[]);" + insert);
}

/// The columns of zoo as text and, where their types have one, through their send functions.
std::string digests(TemporaryDatabase const& db, std::string const& columns)
{
    auto const expressions =
        db.value("SELECT string_agg(format('md5(format(''%%L'', %I))', a.attname) || "
                 "CASE WHEN y.typsend = 0 THEN '' ELSE format(', md5(%s(%I))', y.typsend::regproc, "
                 "a.attname) END, ', ' ORDER BY a.attnum) "
                 "FROM pg_attribute a JOIN pg_type y ON y.oid = a.atttypid WHERE "
                 "a.attrelid = 'zoo'::regclass AND a.attnum > 0 AND a.attname ~ '" +
                 columns + "'");
    return db.rows("SELECT id, " + expressions + " FROM zoo ORDER BY id");
}

} // namespace

TEST_CASE("columns that a patch does not name are the same afterwards, whatever their type")
{
    TemporaryDatabase const db;
    create_zoo(db, false);
    db.exec("ALTER TABLE zoo ADD marker int DEFAULT 1, ADD never bytea, "
            "ADD made int GENERATED ALWAYS AS (id * 2) STORED, "
            "ADD counted bigint GENERATED ALWAYS AS IDENTITY;"
            "INSERT INTO zoo (id) VALUES (1000)"); // all NULL
    auto const before = digests(db, "^(a[0-9]+|never|made|counted)$");
    set_oddly(db);

    std::vector<std::string> reads{"marker", "made", "counted", "never"};
    for (std::size_t k = 0; k < kinds.size(); ++k)
        if (kinds[k].readable) reads.push_back(column('a', k));
    auto const run =
        run_worker(db, {{.name = "zoo",
                         .upgrades = {{.name = "raise-marker",
                                       .apply = [](Row const& row) -> Patch {
                                           return {{"marker", row.get<int>("marker") + 1}};
                                       },
                                       .reads = reads, // and so they are guarded
                                       .writes = {"marker"}}}}});
    CHECK(run.outcome == "done");
    CHECK(run.rows_conflicted == 0);
    CHECK(run.failures.empty());
    set_back(db);
    CHECK(digests(db, "^(a[0-9]+|never|made|counted)$") == before);
    CHECK(db.value("SELECT count(*) FROM zoo WHERE marker = 2 AND applied_upgrades = "
                   "'{raise-marker}'") == db.value("SELECT count(*) FROM zoo"));
}

TEST_CASE("a value of every type can be read and written as text, and the guard knows it again")
{
    TemporaryDatabase const db;
    create_zoo(db, true);
    auto const before = digests(db, "^a[0-9]+$");
    set_oddly(db);

    rowbot::Table table{.name = "zoo"};
    for (std::size_t k = 0; k < kinds.size(); ++k) {
        auto const from = column('a', k), into = column('b', k);
        std::string const type = kinds[k].type;
        if (!kinds[k].readable || type == "json" || type == "jsonb") continue;
        table.upgrades.push_back({.name = "copy-" + std::to_string(k),
                                  .apply = [from, into](Row const& row) -> Patch {
                                      return Patch{}.set(into, row.get<std::string>(from));
                                  },
                                  .reads = {from},
                                  .writes = {into}});
    }
    auto const run = run_worker(db, {table});
    CHECK(run.outcome == "done");
    CHECK(run.rows_conflicted == 0);
    for (auto const& failure : run.failures) MESSAGE(failure);
    CHECK(run.failures.empty());

    set_back(db);
    CHECK(digests(db, "^a[0-9]+$") == before);
    for (auto const& upgrade : table.upgrades) {
        auto const& from = *upgrade.reads.begin();
        auto const& into = *upgrade.writes.begin();
        CHECK_MESSAGE(db.rows("SELECT format('%L', " + from + "), format('%L', " + into +
                              ") FROM zoo WHERE format('%L', " + from +
                              ") COLLATE \"C\" <> format('%L', " + into + ")") == "",
                      db.value("SELECT pg_typeof(" + from + ") FROM zoo LIMIT 1"));
    }
}

TEST_CASE("columns whose text depends on search_path can be written")
{
    TemporaryDatabase const db;
    create_zoo(db, false);
    set_oddly(db);
    rowbot::Table table{.name = "zoo"};
    std::string columns;
    for (std::size_t k = 0; k < kinds.size(); ++k) {
        if (kinds[k].readable) continue;
        columns += ", " + column('a', k);
        table.upgrades.push_back(
            {.name = "set-" + std::to_string(k),
             .apply = [into = column('a', k), value = kinds[k].values[0]](Row const&) -> Patch {
                 return Patch{}.set(into, value);
             },
             .reads = {"id"},
             .writes = {column('a', k)}});
    }
    auto const run = run_worker(db, {table});
    CHECK(run.outcome == "done");
    CHECK(run.rows_conflicted == 0);
    set_back(db);
    CHECK(db.rows("SELECT DISTINCT " + columns.substr(2) + " FROM zoo") ==
          "pg_class|integer|{integer,mood}|pg_monitor|simple");
}

TEST_CASE("JSON that cannot be read without loss fails the row that holds it, and no other")
{
    TemporaryDatabase const db;
    db.exec("CREATE TABLE doc (id int PRIMARY KEY, body json, packed jsonb, nested text, "
            "applied_upgrades text[]);"
            "INSERT INTO doc VALUES (1, '{\"a\": 1e400}', '1', '1'), (2, '\"\\u0000\"', '2', '2'),"
            "  (3, '3', '1e400', '3'), (4, '4', '4', repeat('[', 100000) || repeat(']', 100000)),"
            "  (5, '5', '5', repeat('{\"a\":', 100000)), (6, '12345678901234567890123', '6', '6'),"
            "  (7, '{\"a\" : 1.10}', '{\"b\": 1.10}', '[0.1]')");
    auto const before = db.value("SELECT md5(string_agg(nested, ',' ORDER BY id)) FROM doc");
    rowbot::Upgrade const wrap{
        .name = "wrap",
        .apply = [](Row const& row) -> Patch {
            using rowbot::Json;
            return {{"packed", Json{{"all",
                                     {row.get<Json>("body"), row.get<Json>("packed"),
                                      row.get<Json>("nested")}}}}};
        },
        .reads = {"body", "packed", "nested"},
        .writes = {"packed"}};
    auto const run = run_worker(db, {{.name = "doc", .upgrades = {wrap}}});
    CHECK(run.outcome == "rows failed");
    CHECK(run.failures.size() == 6);
    CHECK(run.failed_with("doc 1: upgrade 'wrap': column 'body' holds"));
    CHECK(run.failed_with("doc 4: upgrade 'wrap': "));
    CHECK(run.failed_with("JSON nested more than 512 levels deep"));
    CHECK(db.value("SELECT md5(string_agg(nested, ',' ORDER BY id)) FROM doc") == before);
    CHECK(db.rows("SELECT id, body, packed FROM doc ORDER BY id") ==
          "1|{\"a\": 1e400}|1\n2|\"\\u0000\"|2\n"
          "3|3|1" +
              std::string(400, '0') +
              "\n4|4|4\n5|5|5\n6|12345678901234567890123|6\n"
              "7|{\"a\" : 1.10}|{\"all\": [{\"a\": 1.1}, {\"b\": 1.1}, [0.1]]}");
}
