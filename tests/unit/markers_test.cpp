// SPDX-License-Identifier: MIT
#include "schema/markers.hpp"

#include <rowbot/errors.hpp>

#include <doctest/doctest.h>

using namespace rowbot;
using namespace rowbot::schema;

namespace
{

std::vector<Requirement> required(std::string_view sql)
{
    return read_requirements("3_x.sql", sql);
}

void check_not_understood(std::string const& comment)
{
    CAPTURE(comment);
    CHECK_THROWS_WITH_AS(
        required("SELECT 1;\r\n\n " + comment + " \r\n"),
        ("3_x.sql:3: '" + comment +
         "' is not understood; write '-- rowbot: requires TABLE/UPGRADE', several with commas "
         "between them")
            .c_str(),
        ConfigError);
}

} // namespace

TEST_CASE("a text without markers asks for nothing")
{
    auto const markers = read_markers("-- creates an index\nCREATE INDEX ON article (title);\n");
    CHECK_FALSE(markers.disable_transaction);
    CHECK_FALSE(markers.disable_transaction_in_header);
    CHECK_FALSE(markers.disable_hash_check);
}

TEST_CASE("disable-transaction counts wherever it stands, as for Node")
{
    for (char const* const sql : {"-- postgres-migrations disable-transaction\nSELECT 1;",
                                  "SELECT 1; -- postgres-migrations disable-transaction",
                                  "SELECT '-- postgres-migrations disable-transaction';",
                                  "SELECT $$-- postgres-migrations disable-transaction$$;",
                                  "/* -- postgres-migrations disable-transaction */",
                                  "--- postgres-migrations "
                                  "disable-transactions"}) {
        CAPTURE(sql);
        CHECK(read_markers(sql).disable_transaction);
        CHECK_FALSE(read_markers(sql).disable_hash_check);
    }
}

TEST_CASE("disable-transaction is compared letter by letter, as for Node")
{
    for (char const* const sql :
         {"-- Postgres-Migrations disable-transaction", "--postgres-migrations disable-transaction",
          "-- postgres-migrations  disable-transaction",
          "-- postgres-migrations disable_transaction", "# postgres-migrations disable-transaction",
          "-- postgres-migrations\n"
          "-- disable-transaction"}) {
        CAPTURE(sql);
        CHECK_FALSE(read_markers(sql).disable_transaction);
    }
}

TEST_CASE("disable-transaction stands in the header before the first statement")
{
    for (char const* const sql : {"-- postgres-migrations disable-transaction\nSELECT 1;",
                                  "\uFEFF-- postgres-migrations disable-transaction\r\nSELECT 1;",
                                  "\n\n  -- why\n\n -- postgres-migrations disable-transaction",
                                  "/* MIT */\n"
                                  "-- postgres-migrations disable-transaction\nSELECT 1;"}) {
        CAPTURE(sql);
        CHECK(read_markers(sql).disable_transaction_in_header);
    }
    for (char const* const sql : {"SELECT 1;\n-- postgres-migrations disable-transaction\n",
                                  "SELECT '-- postgres-migrations disable-transaction';",
                                  "'\n-- postgres-migrations disable-transaction\n';"}) {
        CAPTURE(sql);
        CHECK(read_markers(sql).disable_transaction);
        CHECK_FALSE(read_markers(sql).disable_transaction_in_header);
    }
}

TEST_CASE("disable-hash-check counts wherever it stands, as for the fork")
{
    CHECK(read_markers("SELECT 1; -- postgres-migrations disable-hash-check").disable_hash_check);
    CHECK(read_markers("'-- postgres-migrations disable-hash-check'").disable_hash_check);
    CHECK_FALSE(read_markers("-- postgres-migrations Disable-Hash-Check").disable_hash_check);
    CHECK_FALSE(read_markers("-- postgres-migrations disable-hash-check").disable_transaction);
}

TEST_CASE("a migration requires upgrades, on one line or on several")
{
    CHECK(required("SELECT 1; -- an ordinary comment\n").empty());
    CHECK(required("-- rowbot: requires article/content-to-blocks\n"
                   "ALTER TABLE article DROP COLUMN content;\n"
                   "  --rowbot:requires public.source/trim , article/b2,a/b\r\n") ==
          std::vector<Requirement>{{"article", "content-to-blocks", 1},
                                   {"public.source", "trim", 3},
                                   {"article", "b2", 3},
                                   {"a", "b", 3}});
}

TEST_CASE("a table is named as in SQL")
{
    CHECK(required("-- rowbot: requires \"Weird, / Table\".\"sé\"\"lect\"/trim, Café_1$/x") ==
          std::vector<Requirement>{{"\"Weird, / Table\".\"sé\"\"lect\"", "trim", 1},
                                   {"Café_1$", "x", 1}});
}

TEST_CASE("only a real comment requires something")
{
    for (char const* const sql :
         {"SELECT '\n-- rowbot: requires a/b\n';", "SELECT \"\n-- rowbot: requires a/b\n\";",
          "DO $x$\n-- rowbot: requires a/b\n$$ $x$;", "/* /* */\n-- rowbot: requires a/b\n*/",
          "SELECT E'\\'\n-- rowbot: requires a/b\n';", "-- see: -- rowbot: requires a/b",
          "-- rowbots require care", "-- rowbot walks this table",
          "-- a remark about rowbot: requires a/b"}) {
        CAPTURE(sql);
        CHECK(required(sql).empty());
    }
    CHECK(required("SELECT 'it''s', $$ -- $$, 1 -- rowbot: requires a/b").size() == 1);
}

TEST_CASE("a requirement that is not understood is an error")
{
    for (char const* const comment : {"rowbot: requires",
                                      "rowbot: requires article",
                                      "rowbot: requires article/",
                                      "rowbot: requires /trim",
                                      "rowbot: requires article/Trim",
                                      "rowbot: requires article/-a",
                                      "rowbot: requires article/a b/c",
                                      "rowbot: requires article/a,",
                                      "rowbot: requires article/a,,b/c",
                                      "rowbot: requires ,a/b",
                                      "rowbot: requires a.b.c/d",
                                      "rowbot: requires a./d",
                                      "rowbot: requires .a/d",
                                      "rowbot: requires \"\"/d",
                                      "rowbot: requires \"a/d",
                                      "rowbot: requires 1a/d",
                                      "rowbot: requires a b/d",
                                      "rowbot: requires article/a; it reads it",
                                      "rowbot: requiresa/b",
                                      "rowbot: require article/a",
                                      "rowbot:",
                                      "rowbot: needs article/a",
                                      "rowbot requires article/a",
                                      "Rowbot: requires article/a",
                                      "rowbot: Requires article/a",
                                      "rowbot : requires article/a",
                                      "ROWBOT require article/a"}) {
        check_not_understood("-- " + std::string(comment));
    }
    check_not_understood("--rowbot: requires");
    check_not_understood("--- rowbot: requires a/b");
    check_not_understood("/* rowbot: requires a/b */");
    CHECK_THROWS_AS(required("-- rowbot: requires a/" + std::string(64, 'b')), ConfigError);
    CHECK_NOTHROW(required("-- rowbot: requires a/" + std::string(63, 'b')));
}
