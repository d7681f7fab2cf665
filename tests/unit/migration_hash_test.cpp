// SPDX-License-Identifier: MIT
#include "schema/hash.hpp"
#include "schema/utf8.hpp"

#include <doctest/doctest.h>

using namespace rowbot::schema;

TEST_CASE("a migration's hash is the one that postgres-migrations computes")
{
    CHECK(migration_hash("1_a.sql", "select 1;\n") == "48f5711cc1874edceb519b0c61e0484ba05987cc");
    CHECK(migration_hash("1_a.sql", "select 1;\r\n") == "a56c910348a6d8e6317106368af6c343f0deb71a");
    CHECK(migration_hash("1_a.sql", "select 1;") == "58344f4d6b3bcf8e1494820ccbd4f9197551a903");
    CHECK(migration_hash("01_a.sql", "select 1;\n") == "7cd5cb4039477f98477cd14f96775ac9ebb82b2d");
    CHECK(migration_hash("1_a.SQL", "select 1;\n") == "a1a283165259d0c06a5d439e681701d67045c919");
    CHECK(migration_hash("1_empty.sql", "") == "b051cf379f35b981d6da9d63ed5cce5e5cbba62e");
}

TEST_CASE("the migration that creates the table has a hash of its own, and one by the fork")
{
    CHECK(migration_hash("0_create-migrations-table.sql",
                         "CREATE TABLE IF NOT EXISTS migrations (\n"
                         "  id integer PRIMARY KEY,\n"
                         "  name varchar(100) UNIQUE NOT NULL,\n"
                         "  hash varchar(40) NOT NULL, -- sha1 hex encoded hash of the file name "
                         "and contents, to ensure it hasn't been altered since applying the "
                         "migration\n"
                         "  executed_at timestamp DEFAULT current_timestamp\n"
                         ");\n") == migration_zero_hash);
    CHECK(migration_zero_hash == "e18db593bcde2aca2a408c4d1100f6abba2195df");
    CHECK(migration_zero_hash_of_fork == "7105a0feedaffd38a549fae2fda91da4e40c9597");
    CHECK(is_migration_zero_hash("e18db593bcde2aca2a408c4d1100f6abba2195df"));
    CHECK(is_migration_zero_hash("7105a0feedaffd38a549fae2fda91da4e40c9597"));
    CHECK_FALSE(is_migration_zero_hash("48f5711cc1874edceb519b0c61e0484ba05987cc"));
    CHECK_FALSE(is_migration_zero_hash(""));
}

TEST_CASE("every byte of name and text matters")
{
    auto const hash = migration_hash("1_a.sql", "select 1;\n");
    CHECK(migration_hash("1_b.sql", "select 1;\n") != hash);
    CHECK(migration_hash("1-a.sql", "select 1;\n") != hash);
    CHECK(migration_hash("1_a.sql", "\uFEFFselect 1;\n") != hash);
    CHECK(migration_hash("1_a.sql", "SELECT 1;\n") != hash);
    CHECK(migration_hash("1_a.sql", std::string("select 1;\n\0", 11)) != hash);
    // Nothing separates the two.
    CHECK(migration_hash("1_a.sqlselect", " 1;\n") == hash);
}

TEST_CASE("bytes that are no UTF-8 are hashed as U+FFFD")
{
    CHECK(migration_hash("1_a.sql", "\xff\xfe") == migration_hash("1_a.sql", "\uFFFD\uFFFD"));
    CHECK(migration_hash("1_a.sql", "\xff\xfe") == "0f4c4197fe162de0ed867c3d5651bca5a187af07");
}

TEST_CASE("each longest beginning of a sequence becomes one U+FFFD")
{
    struct Case {
        char const* from;
        char const* to;
    };
    // Among them the examples of the Unicode Standard, tables 3-8 to 3-11.
    for (auto const [from, to] : {Case{"\xff\xfe", "??"},
                                  {"\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41", "????????A"},
                                  {"\xed\xa0\x80\xed\xbf\xbf\xed\xaf\x41", "????????A"},
                                  {"\xf4\x91\x92\x93\xff\x41\x80\xbf\x42", "?????A??B"},
                                  {"\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41", "????A"},
                                  {"a\xe2\x82", "a?"},
                                  {"a\xf0\x9f\x99", "a?"},
                                  {"\xf0\x9f\x99 ", "? "},
                                  {"\xc3(", "?("},
                                  {"\x80", "?"},
                                  {"\xf5\xf8\xc1", "???"}}) {
        std::string expected;
        for (char const* c = to; *c != '\0'; ++c)
            expected += *c == '?' ? "\uFFFD" : std::string(1, *c);
        CAPTURE(expected);
        CHECK(replace_invalid_utf8(from) == expected);
        CHECK_FALSE(is_utf8(from));
    }
    CHECK(first_invalid_utf8("é€\xff") == 5);
}

TEST_CASE("valid UTF-8 stays as it is")
{
    for (std::string_view const text :
         {std::string_view(""), std::string_view("a\0b", 3), std::string_view("\uFEFF\uFFFD\uFFFF"),
          std::string_view("\u0080\u07FF\u0800\uD7FF\uE000\U00010000\U0010FFFF")}) {
        CHECK(is_utf8(text));
        CHECK(replace_invalid_utf8(text) == text);
    }
    CHECK(characters("é€🙂a") == 4);
}

TEST_CASE("a text that differs in its line endings alone is told from one that was edited")
{
    auto const unix = migration_hash("1_a.sql", "select 1;\nselect 2;\n");
    auto const windows = migration_hash("1_a.sql", "select 1;\r\nselect 2;\r\n");
    CHECK(matches_but_for_line_endings("1_a.sql", "select 1;\r\nselect 2;\r\n", unix));
    CHECK(matches_but_for_line_endings("1_a.sql", "select 1;\nselect 2;\n", windows));
    CHECK(matches_but_for_line_endings("1_a.sql", "select 1;\r\nselect 2;\n", unix));
    CHECK(matches_but_for_line_endings("1_a.sql", "select 1;\r\nselect 2;\n", windows));

    CHECK_FALSE(matches_but_for_line_endings("1_a.sql", "select 1;\r\nselect 2;", unix));
    CHECK_FALSE(matches_but_for_line_endings("1_a.sql", "select 1;\rselect 2;\r", unix));
    CHECK_FALSE(matches_but_for_line_endings("1_a.sql", "select 1;\n\nselect 2;\n", unix));
    CHECK_FALSE(matches_but_for_line_endings("1_b.sql", "select 1;\r\nselect 2;\r\n", unix));
}
