// SPDX-License-Identifier: MIT
#include "schema/file_name.hpp"

#include <rowbot/errors.hpp>

#include <doctest/doctest.h>

using namespace rowbot;
using namespace rowbot::schema;

namespace
{

void check(std::string_view file, int id, std::string const& name, bool js = false)
{
    CAPTURE(file);
    auto const parsed = parse_file_name(file);
    REQUIRE(parsed);
    CHECK(parsed->id == id);
    CHECK(parsed->name == name);
    CHECK(parsed->js == js);
}

} // namespace

TEST_CASE("a migration's file begins with its number")
{
    check("3_add-sources.sql", 3, "add-sources");
    check("3-add-sources.sql", 3, "add-sources");
    check("1file.sql", 1, "file");
    check("0001_f.sql", 1, "f");
    check("00000000000000000000000001_f.sql", 1, "f");
    check("0_f.sql", 0, "f");
    check("2147483647_f.sql", 2147483647, "f");
    check("-1_x.sql", -1, "x");
    check("-0_x.sql", 0, "x");
}

TEST_CASE("one separator is no part of the name, the rest of it is")
{
    check("1-2_file.sql", 1, "2_file");
    check("1__a.sql", 1, "_a");
    check("1--a.sql", 1, "-a");
    check("1-_a.sql", 1, "_a");
    check("1 a.sql", 1, " a");
    check("1.a.sql", 1, ".a");
    check("1_a.sql.sql", 1, "a.sql");
    check("1_sélect 🙂.sql", 1, "sélect 🙂");
}

TEST_CASE("a file without a name is called as the whole file")
{
    check("1.sql", 1, "1.sql");
    check("1_.sql", 1, "1_.sql");
    check("01-.SQL", 1, "01-.SQL");
    check("1.js", 1, "1.js", true);
}

TEST_CASE("the suffix counts in any case")
{
    check("1_f.SQL", 1, "f");
    check("1_f.sQl", 1, "f");
    check("1_f.js", 1, "f", true);
    check("1_f.Js", 1, "f", true);
    check("1_f.js.sql", 1, "f.js");
    check("1_f.sql.js", 1, "f.sql", true);
}

TEST_CASE("a file with another suffix does not count")
{
    for (char const* const file :
         {"", "sql", "js", "README.md", "1_a.sql.rollback", "1_a.sql~", "1_a.sql ", "1_a.sql\n",
          "1_asql", "1_axsql", "1_a.ts", "1_a.mjs", "1_a.json", "1_a.psql", "1_a.ſql", "foo"}) {
        CAPTURE(file);
        CHECK_FALSE(parse_file_name(file));
    }
}

TEST_CASE("a suffix that counts on a name that does not fit is an error")
{
    for (char const* const file :
         {"foo.sql", ".sql", ".js", " 1_a.sql", "+1_a.sql", "--1_a.sql", "-.sql", "_1_a.sql",
          "a1.sql", "index.js", "\uFEFF1_a.sql", "١_a.sql"}) {
        CAPTURE(file);
        CHECK_THROWS_WITH_AS(parse_file_name(file),
                             ("'" + std::string(file) +
                              "' does not begin with a number; write 3_add-sources.sql, or give a "
                              "file that is no migration another suffix")
                                 .c_str(),
                             ConfigError);
    }
}

TEST_CASE("a name is UTF-8 on one line")
{
    for (char const* const file : {"1_a\nb.sql", "1_a\r.sql", "1_\u2028.sql", "1_a\u2029b.sql",
                                   "1\n.sql", "1_\xff.sql", "1_\xc3.js"}) {
        CAPTURE(file);
        CHECK_THROWS_AS(parse_file_name(file), ConfigError);
    }
    CHECK_THROWS_WITH_AS(parse_file_name("1_\xff.sql"),
                         "'1_\uFFFD.sql' has a character that a migration's name cannot have; "
                         "write 3_add-sources.sql, with UTF-8 on one line",
                         ConfigError);
    check("1_a\tb\u0085\v.sql", 1, "a\tb\u0085\v"); // what JavaScript's dot matches
}

TEST_CASE("a number that no integer column holds is an error")
{
    for (char const* const file :
         {"2147483648_f.sql", "-2147483649_f.sql", "99999999999999999999999999_f.js"}) {
        CAPTURE(file);
        CHECK_THROWS_WITH_AS(parse_file_name(file),
                             ("'" + std::string(file) +
                              "' has a number beyond all that a migration can have; they count 1, "
                              "2, 3, …")
                                 .c_str(),
                             ConfigError);
    }
}
