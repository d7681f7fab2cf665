// SPDX-License-Identifier: MIT
#include "schema/check_sql.hpp"

#include <doctest/doctest.h>

using namespace rowbot::schema;

namespace
{

/// `line:column what`, one a line.
std::string findings(std::string_view sql, bool in_transaction = true)
{
    std::string text;
    for (auto const& finding : check_sql(sql, in_transaction))
        text += (text.empty() ? "" : "\n") + std::to_string(finding.line) + ":" +
                std::to_string(finding.column) + " " + finding.what;
    return text;
}

std::string outside(std::string_view sql)
{
    return findings(sql, false);
}

bool finds(std::string_view sql, bool in_transaction = true)
{
    return check_sql(sql, in_transaction).size() == 1;
}

} // namespace

TEST_CASE("an ordinary migration is not objected to")
{
    auto const sql = "-- COMMIT; SET a = b;\n"
                     "create table article (id int primary key, begin int, commit text);\n"
                     "comment on table article is 'begin; commit; \\connect x';\n"
                     "do $$ begin perform 1; end $$;\n"
                     "insert into article select 1, 2, 'x' on conflict do nothing;\n"
                     "update article set begin = 3 where commit = E'\\\\.';\n"
                     "select array[1, 2][1:2], :name, 'a'::text;\n";
    CHECK(findings(sql) == "");
    CHECK(outside(sql) == "");
    CHECK(findings("") == "");
}

TEST_CASE("what begins or ends a transaction is found")
{
    CHECK(findings("create table a ();\n/* now */ COMMIT;") ==
          "2:11 'commit' interferes with the migration's own transaction, and could leave it half "
          "applied; remove it");
    for (auto const sql :
         {"begin", "BEGIN WORK", "begin isolation level serializable", "start transaction",
          "commit and chain", "commit work", "end", "end transaction", "rollback",
          "rollback and no chain", "abort", "prepare transaction 'a'", "commit prepared 'a'",
          "rollback prepared 'a'", "rollback transaction"}) {
        INFO(sql);
        CHECK(finds(sql));
        CHECK(finds(sql, false));
    }
    CHECK_FALSE(finds("prepare transactions as select 1"));
    CHECK(outside("begin; select 1; commit") ==
          "1:1 'begin' makes a transaction in a migration that runs statement by statement; put "
          "what belongs together into a migration without the marker disable-transaction\n"
          "1:18 'commit' makes a transaction in a migration that runs statement by statement; put "
          "what belongs together into a migration without the marker disable-transaction");
}

TEST_CASE("savepoints need a transaction, and are welcome in one")
{
    auto const sql = "savepoint a; rollback to a; rollback work to savepoint a; ROLLBACK "
                     "TRANSACTION TO a; release a; lock table article";
    CHECK(findings(sql) == "");
    CHECK(check_sql(sql, false).size() == 6);
    CHECK(outside("select 1; lock table article") ==
          "1:11 'lock' needs a transaction, and this migration runs without one; put it into a "
          "migration without the marker disable-transaction");
}

TEST_CASE("a setting that stays in the session is found, and SET LOCAL proposed")
{
    CHECK(findings("SET search_path = 'public'") ==
          "1:1 'set search_path' stays in the session, for later migrations and for the record of "
          "this; use set local search_path");
    CHECK(findings("set session my.setting to 1").find("use set local my.setting") !=
          std::string::npos);
    CHECK(findings("set role to somebody").find("use set local role") != std::string::npos);
    CHECK(findings("set session authorization x").find("use set local session authorization") !=
          std::string::npos);
    CHECK(findings("set time zone 'UTC'").find("use set local time zone") != std::string::npos);
    CHECK(findings("set session characteristics as transaction read only")
              .find("use set transaction") != std::string::npos);
    CHECK(findings("reset role") == "1:1 'reset role' also undoes what this program has set; use "
                                    "set local role to default");
    for (auto const sql : {"discard all", "discard temp", "listen a", "unlisten *"})
        CHECK(finds(sql));
    CHECK(outside("set maintenance_work_mem = '1GB'") ==
          "1:1 'set maintenance_work_mem' stays in the session, for later migrations and for the "
          "record of this; give the connection options='-c name=value' instead");
}

TEST_CASE("a setting of the transaction, of a role, of a function or of a column is none")
{
    auto const local = "set local lock_timeout = 1; set local role a; SET LOCAL SESSION "
                       "AUTHORIZATION a; set transaction read write; set constraints all deferred";
    CHECK(findings(local) == "");
    CHECK(check_sql(local, false).size() == 3); // of no effect
    auto const others = "alter role a set search_path = b; alter database a reset all; "
                        "alter function f() set role = b; alter table a alter b set not null; "
                        "update a set b = 1; alter function f() reset all";
    CHECK(findings(others) == "");
    CHECK(findings("create function f() returns int language sql set search_path = '' as $$ set a "
                   "= b; select set_config('a', 'b', false) $$") == "");
}

TEST_CASE("set_config() is found where it sets for the session")
{
    CHECK(findings("SELECT 1,\n pg_catalog.set_config('search_path', '', false);") ==
          "2:13 'set_config(…, false)' stays in the session, for later migrations and for the "
          "record of this; say true, or remove it");
    for (auto const sql :
         {"select set_config('a', f(1, false), 'f')", "select \"set_config\" ('a', 'b', FALSE)",
          "with a as (select set_config('a', 'b', false)) select 1",
          "select set_config(is_local => false, setting_name => 'a')",
          "select coalesce(set_config('a', lower('B'), false), 'b')"})
        CHECK(finds(sql));
    for (auto const sql :
         {"select set_config('a', 'b', true)", "select set_config('a', f(1, 2, false), true)",
          "select other.set_config('a', 'b', false)", "select 'set_config(1, 2, false)'",
          "create view a as select set_config('a', 'b', false)", "select set_config",
          "select set_config(", "select set_config('a', ('b', 'c', false), true)",
          "select set_config(1, array[1, 2, false], true)"})
        CHECK_FALSE(finds(sql));
}

TEST_CASE("advisory locks of the session are found")
{
    CHECK(findings("select pg_advisory_unlock_all()") ==
          "1:8 'pg_advisory_unlock_all' changes locks of the session, which holds the lock of "
          "this run; use pg_advisory_xact_lock, or remove it");
    CHECK(finds("select 1 from (select pg_try_advisory_lock(1)) a"));
    CHECK_FALSE(finds("select pg_advisory_xact_lock(1)"));
}

TEST_CASE("what cannot run in a transaction is found, and the marker proposed")
{
    CHECK(findings("create index concurrently a on b (c)") ==
          "1:1 'concurrently' cannot run in a transaction; move it to a migration of its own with "
          "the line -- postgres-migrations disable-transaction");
    for (auto const sql : {"create unique index concurrently on b (c)",
                           "drop index concurrently a",
                           "reindex index concurrently a",
                           "reindex (verbose, concurrently) table a",
                           "alter table only a detach partition b concurrently",
                           "vacuum",
                           "vacuum (full) a",
                           "create database a",
                           "drop database if exists a",
                           "create tablespace a location 'b'",
                           "drop tablespace a",
                           "alter system set a = b",
                           "cluster",
                           "cluster verbose",
                           "reindex schema a",
                           "reindex (verbose) database a",
                           "reindex system a",
                           "alter database a set tablespace b",
                           "create subscription a connection '' publication b",
                           "alter subscription a refresh publication"}) {
        INFO(sql);
        CHECK(finds(sql));
        CHECK(outside(sql) == "");
    }
    for (auto const sql :
         {"refresh materialized view concurrently a", "create index a on b (c)", "analyze a",
          "reindex table a", "reindex (concurrently false) table a", "cluster a using b",
          "cluster verbose a", "alter table a detach partition b",
          "alter table a detach partition b finalize", "alter database a set b = c",
          "create subscription a connection '' publication b with (create_slot = false)",
          "create subscription a connection '' publication b with (connect=off)", "checkpoint"}) {
        INFO(sql);
        CHECK(findings(sql) == "");
    }
}

TEST_CASE("commands to psql are found, each with its line, whatever is in it")
{
    CHECK(findings("\\connect don't\nselect 1;\nselect 2 \\gexec\n\\i \"file\ncommit;") ==
          "1:1 '\\connect' is a command to psql and no SQL; write what it does as SQL, or remove "
          "it\n"
          "3:10 '\\gexec' is a command to psql and no SQL; write what it does as SQL, or remove "
          "it\n"
          "4:1 '\\i' is a command to psql and no SQL; write what it does as SQL, or remove it\n"
          "5:1 'commit' interferes with the migration's own transaction, and could leave it half "
          "applied; remove it");
    CHECK(findings("select '\\i', E'\\'', \"\\\", $$\\$$ -- \\i\n/* \\i */") == "");
}

TEST_CASE("COPY from and to the client is found, and its data is no SQL")
{
    CHECK(findings("copy a (b, \"from\") FROM stdin with (format csv);\n1;don't\ncommit;\n\\.\n"
                   "commit;") ==
          "1:1 'copy … from stdin' needs psql to send the data; use insert, or load it with a "
          "program\n"
          "5:1 'commit' interferes with the migration's own transaction, and could leave it half "
          "applied; remove it");
    CHECK(check_sql("copy a from stdin;\r\n\\.\r\nselect 1;\ncommit", true).size() == 2);
    CHECK(check_sql("copy a from stdin;\n'", true).size() == 1);
    CHECK(findings("copy (select a from stdin) to stdout") ==
          "1:1 'copy … to stdout' has nobody to read the data; remove it");
    CHECK(findings("copy a from '/tmp/a'; copy a to program 'cat'; copy stdin to '/tmp/a'") == "");
}

TEST_CASE("bytes that PostgreSQL cannot read are found")
{
    using namespace std::string_view_literals;
    CHECK(
        findings("\xEF\xBB\xBFselect 1").starts_with("1:1 the file begins with a byte order mark"));
    CHECK(findings("select 1;\nselect '\0'"sv).starts_with("2:9 here is a zero byte"));
}

TEST_CASE("a string without an end is found, after what was found before it")
{
    CHECK(findings("commit;\ncommit 'a") ==
          "1:1 'commit' interferes with the migration's own transaction, and could leave it half "
          "applied; remove it\n"
          "2:8 the string that begins here has no end; close it with '");
    auto const found = check_sql("select 'a", true);
    REQUIRE(found.size() == 1);
    CHECK(found[0].offset == 7);
    CHECK(found[0].statement == "select 'a");
}

TEST_CASE("the time is linear in what is hard to check")
{
    for (std::string const what : {"set_config(", "pg_catalog.set_config(1,", "[", "with (", "\\\n",
                                   "copy a from stdin;\n\\.\n", "commit;", "reindex ("}) {
        std::string text = "select ";
        while (text.size() < 100'000) text += what;
        check_sql(text, true);
        text.replace(0, 6, "create subscription");
        check_sql(text, true);
    }
}
