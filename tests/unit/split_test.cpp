// SPDX-License-Identifier: MIT
#include "schema/split.hpp"

#include <rowbot/migrate.hpp>

#include <doctest/doctest.h>

using rowbot::MigrationError;
using namespace rowbot::schema;

namespace
{

/// The statements' texts, one after the other, with `|` between.
std::string pieces(std::string_view sql)
{
    std::string joined;
    for (auto const& statement : split(sql)) joined += (joined.empty() ? "" : "|") + statement.text;
    return joined;
}

MigrationError error_of(std::string_view sql)
{
    try {
        split(sql);
    } catch (MigrationError const& error) {
        return error;
    }
    FAIL("nothing was thrown");
    return MigrationError("");
}

std::string repeated(std::string const& what, std::size_t times)
{
    std::string all;
    all.reserve(what.size() * times);
    for (; times > 0; --times) all += what;
    return all;
}

} // namespace

TEST_CASE("statements end at semicolons, the last one also without")
{
    CHECK(pieces("select 1; select 2") == "select 1|select 2");
    CHECK(pieces("select 1;\nselect 2;\n") == "select 1|select 2");
    CHECK(pieces(";;select 1;; ;\n;") == "select 1");
    CHECK(pieces("") == "");
    CHECK(pieces(" \t\r\n\f\v") == "");
    CHECK(pieces("-- nothing\n/* at all */;") == "");
}

TEST_CASE("a statement begins and ends without comments, and keeps those inside")
{
    CHECK(pieces("-- a\n/* b */ select /* c; */ 1 -- d;\n + 2 -- e\n;") ==
          "select /* c; */ 1 -- d;\n + 2");
}

TEST_CASE("a statement knows where it is, in bytes and in characters")
{
    auto const statements = split("select 'ä'; select 2;\r\n\r\n  /* ö */ select 3;\r select 4");
    REQUIRE(statements.size() == 4);
    CHECK((statements[0].offset == 0 && statements[0].line == 1 && statements[0].column == 1));
    CHECK((statements[1].offset == 13 && statements[1].line == 1 && statements[1].column == 13));
    CHECK((statements[2].offset == 37 && statements[2].line == 3 && statements[2].column == 11));
    CHECK((statements[3].offset == 48 && statements[3].line == 4 && statements[3].column == 2));
}

TEST_CASE("no statement ends within quotes")
{
    CHECK(pieces("select 'a;b', 'it''s;'; x") == "select 'a;b', 'it''s;'|x");
    CHECK(pieces(R"(select 'a\'; select 2)") == R"(select 'a\'|select 2)");
    CHECK(pieces(R"(select E'a\';b\\', e'''\';'; x)") == R"(select E'a\';b\\', e'''\';'|x)");
    CHECK(pieces(R"(select U&'\0061;\', u&";\"; x)") == R"(select U&'\0061;\', u&";\"|x)");
    CHECK(pieces(R"(select B'1;', x'f;', N'\'; x)") == R"(select B'1;', x'f;', N'\'|x)");
    CHECK(pieces(R"(select "a;""b;", ";"; x)") == R"(select "a;""b;", ";"|x)");
    CHECK(pieces(R"(select named'\'; x)") == R"(select named'\'|x)");
    CHECK(pieces(R"(select u & 'a\'; x)") == R"(select u & 'a\'|x)");
}

TEST_CASE("a string that continues on the next line keeps its backslashes")
{
    CHECK(pieces("select E'a'\n'b\\';c'; x") == "select E'a'\n'b\\';c'|x");
    CHECK(pieces("select E'a' -- d'\r 'b\\';c'; x") == "select E'a' -- d'\r 'b\\';c'|x");
    CHECK(pieces("select E'a' 'b\\'; x") == "select E'a' 'b\\'|x");
    CHECK(pieces("select E'a' /*\n*/ 'b\\'; x") == "select E'a' /*\n*/ 'b\\'|x");
    CHECK(pieces("select 'a'\n'b\\'; x") == "select 'a'\n'b\\'|x");
    CHECK(pieces("select E'a' -- to the end") == "select E'a'");
}

TEST_CASE("a dollar quote ends at its own tag only")
{
    CHECK(pieces("select $$;'$$; x") == "select $$;'$$|x");
    CHECK(pieces("do $a$ begin; $b$ ; $b$ $$;$$ $a; a$ $A$ $a$; x") ==
          "do $a$ begin; $b$ ; $b$ $$;$$ $a; a$ $A$ $a$|x");
    CHECK(pieces("select $a$;$b$a$; x") == "select $a$;$b$a$|x");
    CHECK(pieces("select $$a;$$$$b;$$; x") == "select $$a;$$$$b;$$|x");
    CHECK(pieces("select $ä_1$;$ä_1$; x") == "select $ä_1$;$ä_1$|x");
    CHECK(pieces("select 1$a$;$a$, \"q\"$$;$$; x") == "select 1$a$;$a$, \"q\"$$;$$|x");
}

TEST_CASE("a dollar within a name, of a parameter or by itself quotes nothing")
{
    CHECK(pieces("select a$b$c; select ä$$; x") == "select a$b$c|select ä$$|x");
    CHECK(pieces("select $1$2; select $1; x") == "select $1$2|select $1|x");
    CHECK(pieces("select $1$$;$$; x") == "select $1$$;$$|x");
    CHECK(pieces("select $; $a ; $1a$ x$; x") == "select $|$a|$1a$ x$|x");
}

TEST_CASE("block comments nest, and begin within operators")
{
    CHECK(pieces("select /* ; /* ; */ ; */ 1; x") == "select /* ; /* ; */ ; */ 1|x");
    CHECK(pieces("select 1 +/*;*/ 2; x") == "select 1 +/*;*/ 2|x");
    CHECK(pieces("select 1 */*;*/ 2; x") == "select 1 */*;*/ 2|x");
    CHECK(pieces("select /*/ ; */ 1; x") == "select /*/ ; */ 1|x");
    CHECK(pieces("select /***;//*;**/;***/ 1; x") == "select /***;//*;**/;***/ 1|x");
    CHECK(pieces("select /* ' \" $$ -- */ 1; x") == "select /* ' \" $$ -- */ 1|x");
    CHECK(pieces("select '/*'; x '*/'") == "select '/*'|x '*/'");
}

TEST_CASE("line comments begin within operators, and end at any newline")
{
    CHECK(pieces("select 1 +--;\n 2; x") == "select 1 +--;\n 2|x");
    CHECK(pieces("select 1 --/* ;\n; x") == "select 1|x");
    CHECK(pieces("select 1 -- ;\r; x") == "select 1|x");
    CHECK(pieces("select 1 @-- ';\n; x") == "select 1 @|x");
    CHECK(pieces("select 1 - - 1; x") == "select 1 - - 1|x");
}

TEST_CASE("semicolons in parentheses separate nothing")
{
    auto const rule = "create rule r as on insert to t do also (delete from a; delete from b)";
    CHECK(pieces(std::string(rule) + "; x") == std::string(rule) + "|x");
    CHECK(pieces("select 1); select (')'; 2); x") == "select 1)|select (')'; 2)|x");
    CHECK(pieces("select (1; x") == "select (1; x");
    CHECK(pieces("select a[1; x") == "select a[1|x");
}

TEST_CASE("the body of a function ends with its END")
{
    auto const whole = {
        "create function f() returns int begin atomic select 1; select 2; end",
        "CREATE OR REPLACE PROCEDURE p()\nBEGIN ATOMIC\n;;END",
        // NOLINTNEXTLINE(bugprone-suspicious-missing-comma): one text on two lines
        "create /* */ function f() begin -- here\n atomic select case when a then 1 end; select "
        "case case 1 when 1 then 2 end when 2 then 3 end; end",
        "create function f() begin atomic select (case 1 when 1 then 2 end); end",
        "create function f() begin atomic select 1 as end, 2 as case, a.end, (a).case; end",
        "create function f() begin atomic select \"end\", \"case\", 'end', $$end$$; end",
        "create function f(a int default case when true then 1 end) begin atomic select 1; end",
    };
    for (std::string const sql : whole) CHECK(pieces(sql + "; x") == sql + "|x");
}

TEST_CASE("BEGIN, CASE and END mean nothing elsewhere")
{
    CHECK(pieces("begin; select case when a then 1 end; end; x") ==
          "begin|select case when a then 1 end|end|x");
    CHECK(pieces("create table begin (a int); x") == "create table begin (a int)|x");
    CHECK(pieces("create function begin() returns int return 1; x") ==
          "create function begin() returns int return 1|x");
    CHECK(pieces("create view function as begin atomic; x") ==
          "create view function as begin atomic|x");
    CHECK(pieces("create function f() return 1; begin atomic; x") ==
          "create function f() return 1|begin atomic|x");
    CHECK(pieces("create \"function\" f() begin atomic; x") ==
          "create \"function\" f() begin atomic|x");
}

TEST_CASE("a byte order mark is no part of the first statement")
{
    auto const statements = split("\xEF\xBB\xBFselect 1");
    REQUIRE(statements.size() == 1);
    CHECK(statements[0].text == "select 1");
    CHECK(statements[0].offset == 3);
    CHECK(statements[0].column == 1);
    CHECK(pieces("\xEF\xBB\xBF") == "");
}

TEST_CASE("any byte may come")
{
    using namespace std::string_view_literals;
    CHECK(split("select '\0;\0'; \0;"sv).size() == 2);
    CHECK(pieces("\xFF\xFE; \x80$\xC3$;") == "\xFF\xFE|\x80$\xC3$");
}

TEST_CASE("a command to psql is a statement, to the end of its line")
{
    CHECK(pieces("\\set x don't\nselect 1;") == "\\set x don't|select 1");
    CHECK(pieces("select 1 \\g /tmp/it's\r\nselect 2;") == "select 1 \\g /tmp/it's|select 2");
}

TEST_CASE("what has no end is an error that says where it began")
{
    auto const error = error_of("select 1;\n  select 'ä', 'oh");
    CHECK(
        error.what() ==
        std::string("line 2, column 15: the string that begins here has no end; close it with '"));
    CHECK(error.where().line == 2);
    CHECK(error.where().column == 15);
    CHECK(error.where().statement == "select 'ä', 'oh");

    CHECK(error_of("select E'a\\'").where().column == 8);
    CHECK(error_of("select E'\\").where().column == 8);
    CHECK(error_of("select 'a''").where().column == 8);
    CHECK(error_of("select u&\"a").what() ==
          std::string("line 1, column 8: the quoted name that begins here has no end; close it "
                      "with \""));
    CHECK(error_of("$a$ $b$ $A$").what() ==
          std::string("line 1, column 1: the string that begins here has no end; close it with "
                      "$a$"));
    auto const comment = error_of("select 1; /* /* */");
    CHECK(comment.what() ==
          std::string("line 1, column 11: the comment that begins here has no end; close it with "
                      "*/"));
    CHECK(comment.where().statement == "");
}

// Were one of them quadratic, this would be seen in the time of all unit tests.
TEST_CASE("the time is linear in what is hard to split")
{
    for (std::string const what :
         {"(", ")", "$", "$a", "$a$b", "/*/", "*/", "E''\n ", "--\r", "'' ", "''", ";", "\\\n",
          "create function f() begin atomic ", "begin ", "a$", "E'\\\\'-", "$$"}) {
        std::string text = repeated(what, 100'000 / what.size());
        try {
            split(text);
        } catch (MigrationError const&) {
        }
        text.insert(0, "create function f() begin atomic $aaaaaaaaaaaaaaaa$ $a$ ");
        CHECK_THROWS_AS(split(text), MigrationError);
    }
}
