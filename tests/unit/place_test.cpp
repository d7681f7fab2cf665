// SPDX-License-Identifier: MIT
#include "schema/place.hpp"

#include <doctest/doctest.h>

using namespace rowbot::schema;

namespace
{

std::string place(std::string_view text, std::size_t offset)
{
    auto const [line, column] = line_and_column(text, offset);
    return std::to_string(line) + ":" + std::to_string(column);
}

} // namespace

TEST_CASE("lines and columns count from 1, columns in characters")
{
    CHECK(place("", 0) == "1:1");
    CHECK(place("abc", 2) == "1:3");
    CHECK(place("äöü", 4) == "1:3");
    CHECK(place("a\nbc", 3) == "2:2");
    CHECK(place("a\r\n\r\nb", 5) == "3:1");
    CHECK(place("a\rb", 2) == "2:1");
    CHECK(place("a\tb", 2) == "1:3");
    CHECK(place("\xEF\xBB\xBF"
                "ab",
                4) == "1:2");
    CHECK(place("abc", 100) == "1:4");
}

TEST_CASE("places are found one after the other")
{
    PlaceFinder finder("a\nb\nc");
    CHECK(finder.find(0) == Place{1, 1});
    CHECK(finder.find(2) == Place{2, 1});
    CHECK(finder.find(2) == Place{2, 1});
    CHECK(finder.find(5) == Place{3, 2});
}

TEST_CASE("PostgreSQL counts characters from 1, a byte order mark among them")
{
    CHECK(offset_of_character("äöx", 1) == 0);
    CHECK(offset_of_character("äöx", 3) == 4);
    CHECK(offset_of_character("äöx", 9) == 5);
    CHECK(offset_of_character("\xEF\xBB\xBFx", 2) == 3);
    CHECK(offset_of_character("", 0) == 0);
}

TEST_CASE("an excerpt is the line with a marker below")
{
    CHECK(excerpt("select 1;\nselect foo from bar;\nselect 3;", 17) == "select foo from bar;\n"
                                                                       "       ^");
    CHECK(excerpt("select 1", 8) == "select 1\n        ^");
    CHECK(excerpt("a\r\nb", 2) == "a\n ^");
    CHECK(excerpt("a\n\nb", 2) == "\n^");
    CHECK(excerpt("", 5) == "\n^");
    CHECK(excerpt("\xEF\xBB\xBFselect", 0) == "select\n^");
}

TEST_CASE("the marker is under its character, whatever is before it")
{
    CHECK(excerpt("\t\tä x", 5) == "  ä x\n    ^");
    CHECK(excerpt("'日本' x", 9) == "'日本' x\n       ^");
    CHECK(excerpt("e\u0301 x", 4) == "e\u0301 x\n  ^");
    CHECK(excerpt("\x1B[31m x", 6) == " [31m x\n      ^");
    CHECK(excerpt("\xFF\xC3 x", 3) == "?? x\n   ^");
    // NOLINTNEXTLINE(misc-misleading-bidirectional): that is what it takes out
    CHECK(excerpt("a\u202Eb x", 6) == "ab x\n   ^");
}

TEST_CASE("a long line is cut around the place")
{
    std::string const digits = "0123456789abcdefghijklmnopqrstuvwxyz";
    CHECK(excerpt(digits, 20, 12) == "…efghijklmn…\n       ^");
    CHECK(excerpt(digits, 0, 12) == "0123456789…\n^");
    CHECK(excerpt(digits, 35, 12) == "…qrstuvwxyz\n          ^");
    CHECK(excerpt(digits, 36, 12) == "…qrstuvwxyz\n           ^");
    CHECK(excerpt("0123456789ab", 5, 12) == "0123456789ab\n     ^");
    std::string const endless(1'000'000, 'x');
    CHECK(excerpt(endless, 500'000, 12) == "…xxxxxxxxxx…\n       ^");
}
