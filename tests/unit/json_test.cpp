// SPDX-License-Identifier: MIT
#include "sample_rows.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <random>

using namespace rowbot;
using sample::one;

namespace
{

Json read(std::string const& text)
{
    return one(sample::json, text).get<Json>("value");
}

/// The text that an upgrade's Json becomes in a column of this type, or what is wrong with it.
std::string written(Json const& json, ColumnType const& type = sample::jsonb)
{
    Table const table{.name = "article", .upgrades = {{.name = "set", .apply = [&](Row const&) {
                                                           return Patch{{"value", json}};
                                                       }}}};
    auto const result = apply(table, one(type, std::nullopt), Where::in_worker);
    return result.failure ? result.failure->what() : sample::shown(result.row, "value");
}

std::string brackets(std::size_t levels, std::string const& inside = "")
{
    return std::string(levels, '[') + inside + std::string(levels, ']');
}

Json nested(int levels)
{
    Json json = Json::array();
    for (int i = 1; i < levels; ++i) {
        Json outer = Json::array();
        outer.push_back(std::move(json));
        json = std::move(outer);
    }
    return json;
}

} // namespace

TEST_CASE("JSON is read from json, jsonb and text columns")
{
    CHECK(one(sample::jsonb, R"({"a": [1, null, true]})").get<Json>("value")["a"][0] == 1);
    CHECK(one(sample::text, "[]").get<Json>("value").is_array());
    CHECK(read("null").is_null());
    CHECK_THROWS_WITH_AS(
        one(sample::date, "2024-02-29").get<Json>("value"),
        "article 42: column 'value' is of type date with the value '2024-02-29'; JSON is expected",
        RowError);
}

TEST_CASE("text that is no JSON is an error that shows it")
{
    for (char const* const text : {"", "{", "[1,]", "nul", "\"", "{\"a\"}", "1e", "1e+", "-", "1.",
                                   "01", "1 2", "\"\\", "[1-2]", "\"\x01\""}) {
        CAPTURE(text);
        CHECK_THROWS_AS(read(text), RowError);
    }
    try {
        read("{oops");
        FAIL("nothing was thrown");
    } catch (RowError const& e) {
        CHECK(std::string(e.what()).starts_with(
            "article 42: column 'value' holds '{oops': not JSON: "));
    }
}

TEST_CASE("JSON of 512 levels is read and written, one more is refused both ways")
{
    CHECK(written(read(brackets(512)), sample::json) == brackets(512));
    CHECK(written(read(brackets(512, "1"))) == brackets(512, "1"));
    CHECK_THROWS_WITH_AS(read(brackets(513)),
                         doctest::Contains("JSON nested more than 512 levels deep"), RowError);
    CHECK(written(nested(512)) == brackets(512));
    CHECK(written(nested(513)).find("more than 512 levels") != std::string::npos);
    CHECK(written(nested(513), sample::json).find("more than 512 levels") != std::string::npos);
}

TEST_CASE("100,000 and 400,000 brackets are an error, not a crash")
{
    CHECK_THROWS_AS(read(brackets(100'000)), RowError);
    CHECK_THROWS_AS(read(brackets(400'000)), RowError);
    CHECK_THROWS_AS(read(std::string(400'000, '[')), RowError);
    CHECK_THROWS_AS(read(std::string(400'000, ']')), RowError);
}

TEST_CASE("a bracket within a string does not count")
{
    auto const text = "\"" + std::string(1000, '[') + "\\\"" + std::string(1000, '{') + "\"";
    CHECK(read(text).get<std::string>().size() == 2001);
}

TEST_CASE("a number that would lose digits is refused")
{
    for (char const* const number :
         {"1e400", "-1e400", "1e-400", "12345678901234567890123456789012345678",
          "0.12345678901234567890", "18446744073709551616", "-9223372036854775809",
          "1.00000000000000000001", "1e99999999999999999999"}) {
        CAPTURE(number);
        CHECK_THROWS_WITH_AS(read("[" + std::string(number) + "]"), doctest::Contains("the number"),
                             RowError);
    }
    CHECK_THROWS_WITH_AS(read("[1e400]"),
                         "article 42: column 'value' holds '[1e400]': the number '1e400' would "
                         "lose digits; read the column as std::string",
                         RowError);
}

TEST_CASE("a number that keeps its value is read")
{
    CHECK(written(read("18446744073709551615")) == "18446744073709551615");
    CHECK(written(read("-9223372036854775808")) == "-9223372036854775808");
    CHECK(written(read("0.1")) == "0.1");
    CHECK(written(read("-12345.6789")) == "-12345.6789");
    CHECK(written(read("1.7976931348623157e308")).starts_with("17976931348623157000"));
}

TEST_CASE("a number keeps its value, not its trailing zeros")
{
    CHECK(written(read("1.10")) == "1.1");
    CHECK(written(read("[1.0, 1e2, -0]")) == "[1, 100, 0]");
}

TEST_CASE("of duplicate keys the last one counts, as in jsonb")
{
    CHECK(written(read(R"({"a": 1, "a": 2})")) == R"({"a": 2})");
}

TEST_CASE("jsonb is written as PostgreSQL shows it")
{
    CHECK(written(Json::parse(R"({"bb":1,"a":[true,false,null,"x"],"é":{},"c":[]})")) ==
          R"({"a": [true, false, null, "x"], "c": [], "bb": 1, "é": {}})");
    CHECK(written(Json(1e20)) == "100000000000000000000");
    CHECK(written(Json(1e-7)) == "0.0000001");
    CHECK(written(Json(-1.5e-3)) == "-0.0015");
    CHECK(written(Json(123456.75)) == "123456.75");
    CHECK(written(Json(0.0)) == "0");
    CHECK(written(Json(-0.0)) == "0");
    CHECK(written(Json("a\"\\\n\x01/é")) == R"("a\"\\\n\u0001/é")");
}

TEST_CASE("json keeps the text that nlohmann_json writes")
{
    CHECK(written(Json::parse(R"({"bb":1,"a":1.5})"), sample::json) == R"({"a":1.5,"bb":1})");
}

TEST_CASE("what PostgreSQL cannot hold is refused")
{
    auto const refused = [](Json const& json, ColumnType const& type) {
        return written(json, type).starts_with("article 42: upgrade 'set': ");
    };
    CHECK(refused(Json(std::string(1, '\0')), sample::jsonb));
    CHECK(refused(Json{{std::string("a\0b", 3), 1}}, sample::jsonb));
    for (auto const& type : {sample::json, sample::jsonb}) {
        CHECK(refused(Json("\xFF"), type));
        CHECK(refused(Json(std::nan("")), type));
        CHECK(refused(Json(std::numeric_limits<double>::infinity()), type));
        CHECK(refused(Json::binary({1, 2}), type));
        CHECK(refused(Json(Json::value_t::discarded), type));
    }
}

TEST_CASE("json holds \\u0000, and may keep it")
{
    CHECK(read(R"("\u0000")").get<std::string>() == std::string(1, '\0'));
    CHECK(written(read(R"("\u0000")"), sample::json) == R"("\u0000")");
}

TEST_CASE("random documents come back as they were written")
{
    std::mt19937 random(20240229);
    std::vector<std::string> const pieces{"\"", "\\", "\n", "\x1F", "\x7F", "x", "[", "é", "😀"};
    auto const make = [&](auto const& self, int levels) -> Json {
        switch (random() % (levels > 0 ? 7 : 5)) {
        case 0:
            return nullptr;
        case 1:
            return random() % 2 == 0;
        case 2:
            return static_cast<std::int64_t>((std::uint64_t{random()} << 32U) | random());
        case 3:
            return static_cast<double>(random()) / (1U << (random() % 31));
        case 4: {
            std::string text;
            for (auto length = random() % 6; length > 0; --length)
                text += pieces[random() % pieces.size()];
            return text;
        }
        case 5: {
            Json array = Json::array();
            for (auto size = random() % 4; size > 0; --size)
                array.push_back(self(self, levels - 1));
            return array;
        }
        default: {
            Json object = Json::object();
            for (auto size = random() % 4; size > 0; --size)
                object[std::to_string(random() % 200)] = self(self, levels - 1);
            return object;
        }
        }
    };
    for (int round = 0; round < 500; ++round) {
        auto const json = make(make, 4);
        auto const text = written(json);
        CAPTURE(text);
        CHECK(read(text) == json);
        CHECK(written(read(text)) == text);
        CHECK(read(written(json, sample::json)) == json);
    }
}

TEST_CASE("every string is written as nlohmann_json writes it, or refused as it does")
{
    std::mt19937 random(4711);
    std::string const bytes =
        "a\"\\\x01\x1f\x7f\x80\x8f\x90\x9f\xa0\xbf\xc0\xc2\xdf\xe0\xed\xef\xf0\xf4\xf5\xff";
    int refused = 0;
    for (int i = 0; i < 20'000; ++i) {
        std::string text;
        for (auto left = random() % 6; left > 0; --left) text += bytes[random() % bytes.size()];
        CAPTURE(i);
        std::string expected;
        try {
            expected = Json(text).dump();
        } catch (Json::exception const&) {
            CHECK(written(text).find("JSON that cannot be written") != std::string::npos);
            ++refused;
            continue;
        }
        CHECK(written(Json(text)) == expected);
    }
    CHECK(refused > 1000);
    for (auto const* const text : {"é", "日本語", "😀", "\xf4\x8f\xbf\xbf"})
        CHECK(written(text) == "\"" + std::string(text) + "\"");
}
