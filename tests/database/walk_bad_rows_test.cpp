// SPDX-License-Identifier: MIT

// A bad row harms only itself: the others are written, and so are the earlier upgrades of the row.

#include "run_worker.hpp"

using rowbot::Patch;
using rowbot::Row;

namespace
{

/// Two hundred rows, of which 17 and 130 are bad; the first and the last upgrade harm nobody.
char const* const counter_sql = "CREATE TABLE counter (id int PRIMARY KEY, number int, first bool, "
                                "last bool, applied_upgrades text[]);"
                                "INSERT INTO counter SELECT i, i FROM generate_series(1, 200) i";

rowbot::Upgrade mark(std::string column)
{
    return {.name = "mark-" + column,
            .apply = [column](Row const&) -> Patch { return Patch{}.set(column, true); },
            .reads = {"id"},
            .writes = {column}};
}

bool bad(int id)
{
    return id == 17 || id == 130;
}

/// Writes what the test's constraint or trigger refuses.
rowbot::Upgrade write_number(rowbot::PatchValue bad_value = -1)
{
    return {.name = "write-number",
            .apply = [bad_value](Row const& row) -> Patch {
                auto const id = row.get<int>("id");
                return bad(id) ? Patch{{"number", bad_value}} : Patch{{"number", 2 * id}};
            },
            .reads = {"id"},
            .writes = {"number"}};
}

rowbot::Table counter_table(rowbot::Upgrade middle = write_number())
{
    return {.name = "counter", .upgrades = {mark("first"), std::move(middle), mark("last")}};
}

void check_others(TemporaryDatabase const& db, Run const& run, std::string const& why)
{
    CHECK(run.outcome == "rows failed");
    CHECK(run.failures.size() == 2);
    CHECK(run.failed_with("counter 17: upgrade 'write-number': "));
    CHECK(run.failed_with("counter 130: upgrade 'write-number': "));
    CHECK_MESSAGE(run.failed_with(why), run.failures.at(0));
    CHECK(run.failing == std::vector<std::string>{"counter: 2"});
    CHECK(db.rows("SELECT id, number, first, last, applied_upgrades FROM counter WHERE number "
                  "IS DISTINCT FROM 2 * id OR first IS NULL OR last IS NULL ORDER BY id") ==
          "17|17|t|∅|{mark-first}\n130|130|t|∅|{mark-first}");
    CHECK(db.value("SELECT count(*) FROM counter WHERE "
                   "applied_upgrades = '{mark-first,write-number,mark-last}'") == "198");
    CHECK(db.rows("SELECT state, rows_pending, rows_failed FROM rowbot.walk") == "failing|2|2");
    CHECK(db.rows("SELECT name, state, rows_upgraded FROM rowbot.upgrade ORDER BY 1") ==
          "mark-first|complete|200\nmark-last|failing|198\nwrite-number|failing|198");
}

void check_refused(std::string const& sql, std::string const& why)
{
    TemporaryDatabase const db;
    db.exec(std::string(counter_sql) + ";" + sql);
    check_others(db, run_worker(db, {counter_table()}), why);
}

std::string trigger(std::string const& when, std::string const& body)
{
    return "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN " + body +
           " RETURN NEW; END$$; CREATE " + when + " ON counter " +
           (when.find("CONSTRAINT") == 0 ? "DEFERRABLE INITIALLY DEFERRED " : "") +
           "FOR EACH ROW EXECUTE FUNCTION refuse()";
}

} // namespace

TEST_CASE("rows that a check constraint refuses are found among the others")
{
    check_refused("ALTER TABLE counter ADD CONSTRAINT positive CHECK (number > 0)",
                  "PostgreSQL refused the row (SQLSTATE 23514)");
}

TEST_CASE("rows that are to become NULL in a NOT NULL column are found among the others")
{
    TemporaryDatabase const db;
    db.exec(std::string(counter_sql) + "; ALTER TABLE counter ALTER number SET NOT NULL");
    check_others(db, run_worker(db, {counter_table(write_number(nullptr))}), "SQLSTATE 23502");
}

TEST_CASE("rows that a unique index or a foreign key refuses are found among the others")
{
    check_refused(
        "INSERT INTO counter VALUES (-1, -1, true, true, '{mark-first,write-number,mark-last}');"
        "DELETE FROM counter WHERE id = -1; CREATE TABLE target (id int PRIMARY KEY);"
        "INSERT INTO target SELECT generate_series(1, 400);"
        "ALTER TABLE counter ADD FOREIGN KEY (number) REFERENCES target",
        "SQLSTATE 23503");
}

TEST_CASE("rows that a deferred constraint refuses at COMMIT are found among the others")
{
    check_refused(
        "CREATE TABLE target (id int PRIMARY KEY);"
        "INSERT INTO target SELECT generate_series(1, 400);"
        "ALTER TABLE counter ADD FOREIGN KEY (number) REFERENCES target INITIALLY DEFERRED",
        "SQLSTATE 23503");
}

TEST_CASE("rows that a trigger refuses are found among the others")
{
    check_refused(trigger("TRIGGER refusing BEFORE UPDATE",
                          "IF NEW.number < 0 THEN RAISE 'not this one'; END IF;"),
                  "not this one");
}

TEST_CASE("rows that a deferred trigger refuses are found among the others")
{
    check_refused(trigger("CONSTRAINT TRIGGER refusing AFTER UPDATE",
                          "IF NEW.number < 0 THEN RAISE 'not this one'; END IF;"),
                  "not this one");
}

TEST_CASE("rows whose trigger raises an error with a code of its own are found among the others")
{
    check_refused(trigger("TRIGGER refusing BEFORE UPDATE",
                          "IF NEW.number < 0 THEN RAISE 'mine' USING ERRCODE = 'MINE1'; END IF;"),
                  "SQLSTATE MINE1");
}

TEST_CASE("rows on which an assertion of a trigger fails are found among the others")
{
    check_refused(trigger("TRIGGER refusing BEFORE UPDATE",
                          "IF NEW.number < 0 THEN ASSERT false, 'asserted'; END IF;"),
                  "SQLSTATE P0004");
}

TEST_CASE("rows whose value does not fit its column are found among the others")
{
    TemporaryDatabase const db;
    db.exec(std::string(counter_sql) + "; ALTER TABLE counter ALTER number TYPE numeric(5,0)");
    check_others(db, run_worker(db, {counter_table(write_number("1234567"))}), "SQLSTATE 22003");
}

TEST_CASE("rows whose value is no input for the column's type are found among the others")
{
    TemporaryDatabase const db;
    db.exec(counter_sql);
    check_others(db, run_worker(db, {counter_table(write_number("many"))}), "SQLSTATE 22P02");
}

TEST_CASE("rows on which an upgrade throws are found among the others")
{
    TemporaryDatabase const db;
    db.exec(counter_sql);
    auto upgrade = write_number();
    SUBCASE("an exception")
    {
        upgrade.apply = [](Row const& row) -> Patch {
            if (bad(row.get<int>("id"))) throw std::runtime_error("I cannot do this");
            return {{"number", 2 * row.get<int>("id")}};
        };
    }
    SUBCASE("something else")
    {
        upgrade.apply = [](Row const& row) -> Patch {
            if (bad(row.get<int>("id"))) throw 42;
            return {{"number", 2 * row.get<int>("id")}};
        };
    }
    check_others(db, run_worker(db, {counter_table(upgrade)}), "upgrade 'write-number'");
}

TEST_CASE("rows whose write a trigger suppresses have failed, with a reason")
{
    TemporaryDatabase const db;
    db.exec(std::string(counter_sql) + ";" +
            trigger("TRIGGER suppressing BEFORE UPDATE",
                    "IF NEW.id IN (17, 130) THEN RETURN NULL; END IF;"));
    auto const run = run_worker(db, {counter_table()});
    CHECK(run.outcome == "rows failed");
    CHECK(run.failures.size() == 2);
    CHECK(run.failed_with("a trigger suppresses it"));
    CHECK(
        db.rows("SELECT id, number, first, last, applied_upgrades FROM counter WHERE last IS NULL "
                "ORDER BY id") == "17|17|∅|∅|∅\n130|130|∅|∅|∅");
    CHECK(db.rows("SELECT state, rows_failed FROM rowbot.walk") == "failing|2");
}

TEST_CASE("rows whose trigger takes the names out again have failed, and their write is undone")
{
    TemporaryDatabase const db;
    db.exec(
        std::string(counter_sql) + ";" +
        trigger(
            "TRIGGER forgetting BEFORE UPDATE",
            "IF NEW.id IN (17, 130) THEN NEW.applied_upgrades = OLD.applied_upgrades; END IF;"));
    auto const run = run_worker(db, {counter_table()});
    CHECK(run.outcome == "rows failed");
    CHECK(run.failures.size() == 2);
    CHECK(run.failed_with("a trigger"));
    CHECK(
        db.rows("SELECT id, number, first, last, applied_upgrades FROM counter WHERE last IS NULL "
                "ORDER BY id") == "17|17|∅|∅|∅\n130|130|∅|∅|∅");
}

TEST_CASE("a row whose applied_upgrades is no list has failed, and the others are written")
{
    TemporaryDatabase const db;
    db.exec(std::string(counter_sql) +
            "; UPDATE counter SET applied_upgrades = '{{a,b}}' WHERE id IN (17, 130)");
    auto const run = run_worker(db, {counter_table()});
    CHECK(run.outcome == "rows failed");
    CHECK(run.failures.size() == 2);
    CHECK(run.failed_with("column 'applied_upgrades' holds no list of names"));
    CHECK(db.value("SELECT count(*) FROM counter WHERE last") == "198");
    CHECK(
        db.rows("SELECT id, first, applied_upgrades FROM counter WHERE last IS NULL ORDER BY id") ==
        "17|∅|{{a,b}}\n130|∅|{{a,b}}");
}

TEST_CASE("names with an odd beginning or a NULL among them are kept as they are")
{
    TemporaryDatabase const db;
    db.exec(std::string(counter_sql) +
            "; DELETE FROM counter WHERE id > 3;"
            "UPDATE counter SET applied_upgrades = '[5:6]={\"odd \\\" name\",NULL}' WHERE id = 1;"
            "UPDATE counter SET applied_upgrades = '{NULL}' WHERE id = 2");
    db.exec("ALTER DATABASE " + db.name() + " SET array_nulls = off");
    auto const run = run_worker(db, {counter_table()});
    CHECK(run.outcome == "done");
    CHECK(run.rows_conflicted == 0);
    CHECK(db.rows("SELECT applied_upgrades FROM counter ORDER BY id") ==
          "[5:9]={\"odd \\\" name\",NULL,mark-first,write-number,mark-last}\n"
          "{NULL,mark-first,write-number,mark-last}\n{mark-first,write-number,mark-last}");
}

TEST_CASE("a failed row is tried again by the next run, and completes when it has been mended")
{
    TemporaryDatabase const db;
    db.exec(std::string(counter_sql) +
            "; ALTER TABLE counter ADD CONSTRAINT positive CHECK (number > 0)");
    CHECK(run_worker(db, {counter_table()}).outcome == "rows failed");
    db.exec("ALTER TABLE counter DROP CONSTRAINT positive");
    auto const run = run_worker(db, {counter_table()});
    CHECK(run.outcome == "done");
    CHECK(
        db.rows("SELECT id, number, applied_upgrades FROM counter WHERE number < 0 ORDER BY id") ==
        "17|-1|{mark-first,write-number,mark-last}\n130|-1|{mark-first,write-number,mark-last}");
    CHECK(db.rows("SELECT state, rows_pending, rows_failed FROM rowbot.walk") == "complete|0|0");
}
