// SPDX-License-Identifier: MIT
#include "sample_rows.hpp"

#include <rowbot/detail/shape.hpp>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <random>

using namespace rowbot;
using sample::array_of;
using sample::one;

namespace
{

std::vector<std::string> texts(std::string const& value)
{
    return one(array_of(sample::text), value).get<std::vector<std::string>>("value");
}

} // namespace

TEST_CASE("an array is read as a vector of its elements")
{
    CHECK(texts("{}").empty());
    CHECK(texts("{a,b}") == std::vector<std::string>{"a", "b"});
    CHECK(texts(R"({"a,b","\"","\\","",NULLS,"NULL"})") ==
          std::vector<std::string>{"a,b", "\"", "\\", "", "NULLS", "NULL"});
    CHECK(one(array_of(sample::integer), "{1,-2}").get<std::vector<int>>("value") ==
          std::vector<int>{1, -2});
    CHECK(one(array_of(sample::boolean), "{t,f}").get<std::vector<bool>>("value") ==
          std::vector<bool>{true, false});
    CHECK(one(array_of(sample::float8), "{1.5,NaN}").get<std::vector<double>>("value")[0] == 1.5);
    CHECK(one(array_of(sample::jsonb), R"({"{\"a\": [1]}","null"})")
              .get<std::vector<Json>>("value")[0]["a"][0] == 1);
}

TEST_CASE("an array that does not begin with 1 is read all the same")
{
    CHECK(texts("[0:1]={a,b}") == std::vector<std::string>{"a", "b"});
}

TEST_CASE("an array element that is null needs a std::optional")
{
    CHECK(
        one(array_of(sample::integer), "{1,NULL}").get<std::vector<std::optional<int>>>("value") ==
        std::vector<std::optional<int>>{1, std::nullopt});
    CHECK_THROWS_WITH_AS(one(array_of(sample::integer), "{1,NULL}").get<std::vector<int>>("value"),
                         "article 42: column 'value' is null; an integer is expected "
                         "(std::optional would take null)",
                         RowError);
}

TEST_CASE("the elements of an array are of the column's type")
{
    CHECK_THROWS_WITH_AS(one(array_of(sample::text), "{x}").get<std::vector<int>>("value"),
                         "article 42: column 'value' is of type text with the value 'x'; an "
                         "integer from -2147483648 to 2147483647 is expected",
                         RowError);
    CHECK_THROWS_WITH_AS(one(sample::text, "{x}").get<std::vector<std::string>>("value"),
                         "article 42: column 'value' is of type text with the value '{x}'; an "
                         "array is expected",
                         RowError);
    CHECK_THROWS_AS(one(array_of(sample::integer), "{1}").get<int>("value"), RowError);
}

TEST_CASE("an array of more dimensions is read as text only")
{
    CHECK_THROWS_WITH_AS(texts("{{a},{b}}"),
                         "article 42: column 'value' holds '{{a},{b}}': it has more than one "
                         "dimension; read it as std::string",
                         RowError);
    CHECK_THROWS_AS(texts("[1:1][2:3]={{a,b}}"), RowError);
}

TEST_CASE("boxes are separated by semicolons")
{
    ColumnType const boxes{.name = "box[]", .array = true, .delimiter = ';'};
    CHECK(one(boxes, "{(1,1),(0,0);(3,3),(2,2)}").get<std::vector<std::string>>("value") ==
          std::vector<std::string>{"(1,1),(0,0)", "(3,3),(2,2)"});
}

TEST_CASE("text that is no array is an error, not a crash")
{
    for (char const* const value : {"", "a", "{", "{a", "{a,", "{a,}", "{\"a", "{\"a\\", "{\"a\"b}",
                                    "{a}b", "{,}", "[0:1]", "{a\"b}", "{\\"}) {
        CAPTURE(value);
        CHECK_THROWS_AS(texts(value), RowError);
    }
}

TEST_CASE("random texts come back out of an array as they went in")
{
    std::mt19937 random(20240229);
    std::string const alphabet("{}[]\",\\ ;=NULnul\t\n'\xC3\xA9");
    for (int round = 0; round < 2000; ++round) {
        std::vector<std::string> elements(random() % 5);
        for (auto& element : elements)
            for (auto length = random() % 8; length > 0; --length)
                element += alphabet[random() % alphabet.size()];
        auto const text = detail::array_parameter(elements);
        CAPTURE(text);
        CHECK(texts(text) == elements);
    }
}
