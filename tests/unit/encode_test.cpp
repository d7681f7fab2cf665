// SPDX-License-Identifier: MIT
#include "sample_rows.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <cmath>

using namespace rowbot;
using sample::array_of;

namespace
{

/// The text that the value becomes in a column of this type, or what is wrong with it.
std::string written(PatchValue const& value, ColumnType const& type)
{
    Table const table{.name = "article", .upgrades = {{.name = "set", .apply = [&](Row const&) {
                                                           return Patch{}.set("value", value);
                                                       }}}};
    auto const result = apply(table, sample::one(type, "before"), Where::in_worker);
    if (!result.failure) return sample::shown(result.row, "value");
    std::string const what = result.failure->what();
    auto const begin = what.find("is to be written: ");
    return begin == std::string::npos ? what : what.substr(begin + 18);
}

} // namespace

TEST_CASE("null is SQL NULL in a column of any type")
{
    for (auto const& type : {sample::text, sample::jsonb, sample::json, sample::integer,
                             array_of(sample::text), sample::date}) {
        CHECK(written(nullptr, type) == "<null>");
        CHECK(written(std::optional<int>(), type) == "<null>");
    }
}

TEST_CASE("JSON's null fits json and jsonb alone")
{
    CHECK(written(json_null, sample::jsonb) == "null");
    CHECK(written(json_null, sample::json) == "null");
    CHECK(written(Json(), sample::jsonb) == "null");
    CHECK(written(json_null, sample::text) ==
          "JSON's null does not fit the type text; nullptr is SQL NULL");
}

TEST_CASE("a boolean is written as it will be shown")
{
    CHECK(written(true, sample::boolean) == "t");
    CHECK(written(false, sample::boolean) == "f");
    for (char const* const text : {"t", "tr", "TRUE", "y", "yes", "on", "ON", "1", "  true\n"})
        CHECK(written(text, sample::boolean) == "t");
    for (char const* const text : {"f", "false", "n", "No", "of", "off", "0"})
        CHECK(written(text, sample::boolean) == "f");
    CHECK(written("perhaps", sample::boolean) == "perhaps"); // PostgreSQL will refuse it
    CHECK(written(true, sample::text) == "true");
    CHECK(written(1, sample::boolean) ==
          "the number '1' does not fit the type boolean; write true or false");
}

TEST_CASE("an integer is written as it will be shown")
{
    CHECK(written(-5, sample::integer) == "-5");
    CHECK(written(" +007 ", sample::integer) == "7");
    CHECK(written("-0", sample::integer) == "0");
    CHECK(written(5.0, sample::integer) == "5");
    CHECK(written(~std::uint64_t{0}, sample::numeric) == "18446744073709551615");
    CHECK(written("+-5", sample::integer) == "+-5"); // PostgreSQL will refuse it
}

TEST_CASE("what an integer column cannot hold is refused, for the reader as for the worker")
{
    CHECK(written(true, sample::integer) ==
          "the value 'true' does not fit the type integer; it fits boolean and text columns");
    CHECK(written(1.5, sample::integer) ==
          "the number '1.5' does not fit the type integer; round it first");
    CHECK(written(2'147'483'648, sample::integer) ==
          "the number '2147483648' does not fit the type integer");
    CHECK(written("-32769", sample::smallint) ==
          "the number '-32769' does not fit the type smallint");
    CHECK(written(~std::uint64_t{0}, sample::bigint) ==
          "the number '18446744073709551615' does not fit the type bigint");
    CHECK(written(-32768, sample::smallint) == "-32768");
    CHECK(written(2147483647, sample::integer) == "2147483647");
}

TEST_CASE("a double precision value is written as it will be shown")
{
    CHECK(written(0.1, sample::float8) == "0.1");
    CHECK(written(1e15, sample::float8) == "1e+15");
    CHECK(written(1e14, sample::float8) == "100000000000000");
    CHECK(written(0.0001, sample::float8) == "0.0001");
    CHECK(written(0.00001, sample::float8) == "1e-05");
    CHECK(written(-0.0, sample::float8) == "-0");
    CHECK(written(5, sample::float8) == "5");
    CHECK(written(9007199254740993, sample::float8) == "9.007199254740992e+15");
    // Just between two doubles: std::to_chars says 5.31652058774973e+16 and 1e+23.
    CHECK(written(53165205877497296.0, sample::float8) == "5.3165205877497296e+16");
    CHECK(written(-1e23, sample::float8) == "-9.999999999999999e+22");
    CHECK(written(1e22, sample::float8) == "1e+22");
    CHECK(written("1.50", sample::float8) == "1.5");
    CHECK(written(" -1E3", sample::float8) == "-1000");
    CHECK(written("+1.", sample::float8) == "1");
    CHECK(written("+-1", sample::float8) == "+-1");     // PostgreSQL will refuse it
    CHECK(written("1e999", sample::float8) == "1e999"); // PostgreSQL will refuse it
    CHECK(written(std::nan(""), sample::float8) == "NaN");
    CHECK(written(-std::numeric_limits<double>::infinity(), sample::float8) == "-Infinity");
    CHECK(written("-inf", sample::float8) == "-Infinity");
}

TEST_CASE("text is kept as it is, and is any other type's input")
{
    CHECK(written(" It's\n", sample::text) == " It's\n");
    CHECK(written("", sample::text) == "");
    CHECK(written("1.10", sample::numeric) == "1.10");
    CHECK(written("tomorrow", sample::date) == "tomorrow");
    CHECK(written(7, sample::text) == "7");
    CHECK(written(0.5, sample::text) == "0.5");
}

TEST_CASE("a NUL byte is refused")
{
    std::string const nul("a\0b", 3);
    CHECK(written(nul, sample::text) == "text with a NUL byte, which PostgreSQL cannot store");
    CHECK(written(std::vector<std::string>{nul}, array_of(sample::text)) ==
          "text with a NUL byte, which PostgreSQL cannot store");
    CHECK(written(nul, array_of(sample::text)) ==
          "text with a NUL byte, which PostgreSQL cannot store");
}

TEST_CASE("a jsonb column takes every value as JSON")
{
    CHECK(written("it's \"text\"", sample::jsonb) == R"("it's \"text\"")");
    CHECK(written(true, sample::jsonb) == "true");
    CHECK(written(1.5, sample::jsonb) == "1.5");
    CHECK(written(std::vector<std::optional<int>>{1, {}}, sample::jsonb) == "[1, null]");
    CHECK(written(std::vector<std::vector<int>>{{1}, {}}, sample::json) == "[[1],[]]");
    CHECK(written(std::vector<Json>{Json(1), Json::array()}, sample::jsonb) == "[1, []]");
    CHECK(written(std::nan(""), sample::jsonb) == "JSON with a number that is not finite");
}

TEST_CASE("Json fits json and jsonb columns alone")
{
    CHECK(written(Json::parse("[1]"), sample::text) ==
          "the Json '[1]' does not fit the type text; it fits json and jsonb columns");
    CHECK(written(Json::parse("[1]"), array_of(sample::integer)) ==
          "only a std::vector, or an array's text, fits the type integer[]");
}

TEST_CASE("a vector fits an array column")
{
    CHECK(written(std::vector<std::string>{}, array_of(sample::text)) == "{}");
    CHECK(written(std::vector<std::string>{"a b", "\"", "\\", "", "NULL"},
                  array_of(sample::text)) == R"({"a b","\"","\\","","NULL"})");
    CHECK(written(std::vector<std::optional<int>>{1, {}}, array_of(sample::integer)) ==
          R"({"1",NULL})");
    CHECK(written(std::vector<bool>{true, false}, array_of(sample::boolean)) == R"({"t","f"})");
    CHECK(written(std::vector<Json>{Json{{"a", 1}}, Json()}, array_of(sample::jsonb)) ==
          R"({"{\"a\": 1}","null"})");
    CHECK(written(std::vector<std::vector<int>>{{1, 2}, {3, 4}}, array_of(sample::integer)) ==
          R"({{"1","2"},{"3","4"}})");
    ColumnType const boxes{.name = "box[]", .array = true, .delimiter = ';'};
    CHECK(written(std::vector<std::string>{"(1,1),(0,0)", "(3,3),(2,2)"}, boxes) ==
          R"x({"(1,1),(0,0)";"(3,3),(2,2)"})x");
    CHECK(written("{a}", array_of(sample::text)) == "{a}");
    CHECK(written(5, array_of(sample::integer)) ==
          "only a std::vector, or an array's text, fits the type integer[]");
    CHECK(written(std::vector<int>{1}, sample::integer) ==
          "a vector does not fit the type integer; it fits array, json and jsonb columns");
}
