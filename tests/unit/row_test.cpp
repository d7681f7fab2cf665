// SPDX-License-Identifier: MIT
#include "sample_rows.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <cmath>

using namespace rowbot;
using sample::array_of;
using sample::one;

TEST_CASE("a bool is read from a boolean column")
{
    CHECK(one(sample::boolean, "t").get<bool>("value"));
    CHECK_FALSE(one(sample::boolean, "f").get<bool>("value"));
    CHECK_THROWS_WITH_AS(
        one(sample::text, "t").get<bool>("value"),
        "article 42: column 'value' is of type text with the value 't'; bool is expected",
        RowError);
}

TEST_CASE("integers are read in their whole range and not beyond")
{
    CHECK(one(sample::bigint, "-9223372036854775808").get<std::int64_t>("value") ==
          std::numeric_limits<std::int64_t>::min());
    CHECK(one(sample::numeric, "18446744073709551615").get<std::uint64_t>("value") ==
          std::numeric_limits<std::uint64_t>::max());
    CHECK(one(sample::integer, "-32768").get<std::int16_t>("value") == -32768);
    CHECK(one(sample::integer, "255").get<std::uint8_t>("value") == 255);
    CHECK_THROWS_WITH_AS(one(sample::integer, "32768").get<std::int16_t>("value"),
                         "article 42: column 'value' is of type integer with the value '32768'; an "
                         "integer from -32768 to 32767 is expected",
                         RowError);
    CHECK_THROWS_WITH_AS(one(sample::integer, "-1").get<std::uint8_t>("value"),
                         "article 42: column 'value' is of type integer with the value '-1'; an "
                         "integer from 0 to 255 is expected",
                         RowError);
    CHECK_THROWS_AS(one(sample::bigint, "9223372036854775808").get<std::int64_t>("value"),
                    RowError);
}

TEST_CASE("a numeric with decimal places is no integer")
{
    CHECK(one(sample::numeric, "5").get<int>("value") == 5);
    CHECK_THROWS_AS(one(sample::numeric, "5.0").get<int>("value"), RowError);
    CHECK_THROWS_AS(one(sample::numeric, "NaN").get<int>("value"), RowError);
    CHECK_THROWS_AS(one(sample::text, "5").get<int>("value"), RowError);
}

TEST_CASE("a double is read from every kind of number")
{
    CHECK(one(sample::float8, "0.1").get<double>("value") == 0.1);
    CHECK(one(sample::real, "1.5e-30").get<double>("value") == 1.5e-30);
    CHECK(one(sample::numeric, "12.50").get<double>("value") == 12.5);
    CHECK(one(sample::bigint, "7").get<double>("value") == 7);
    CHECK(one(sample::float8, "-Infinity").get<double>("value") ==
          -std::numeric_limits<double>::infinity());
    CHECK(one(sample::numeric, "Infinity").get<double>("value") ==
          std::numeric_limits<double>::infinity());
    CHECK(std::isnan(one(sample::float8, "NaN").get<double>("value")));
    CHECK_THROWS_WITH_AS(
        one(sample::text, "1.5").get<double>("value"),
        "article 42: column 'value' is of type text with the value '1.5'; a double is expected",
        RowError);
    CHECK_THROWS_AS(one(sample::numeric, "1" + std::string(400, '0')).get<double>("value"),
                    RowError);
}

TEST_CASE("text is what the server sent, whatever the type")
{
    CHECK(one(sample::numeric, "1.10").get<std::string>("value") == "1.10");
    CHECK(one(sample::date, "2024-02-29").get<std::string>("value") == "2024-02-29");
    CHECK(one(array_of(sample::integer), "[0:1]={1,2}").get<std::string>("value") == "[0:1]={1,2}");
    CHECK(one(sample::text, "").text("value") == "");
    CHECK(one(sample::text, std::nullopt).text("value") == std::nullopt);
}

TEST_CASE("null needs a std::optional")
{
    auto const row = one(sample::text, std::nullopt);
    CHECK(row.get<std::optional<std::string>>("value") == std::nullopt);
    CHECK(one(sample::text, "x").get<std::optional<std::string>>("value") == "x");
    CHECK(one(array_of(sample::text), std::nullopt)
              .get<std::optional<std::vector<std::string>>>("value") == std::nullopt);
    CHECK_THROWS_WITH_AS(row.get<std::string>("value"),
                         "article 42: column 'value' is null; text is expected (std::optional "
                         "would take null)",
                         RowError);
    CHECK_THROWS_AS(one(sample::integer, std::nullopt).get<int>("value"), RowError);
    CHECK_THROWS_AS(one(sample::boolean, std::nullopt).get<bool>("value"), RowError);
    CHECK_THROWS_AS(one(sample::jsonb, std::nullopt).get<Json>("value"), RowError);
}

TEST_CASE("a column that is missing, not selected or not declared says what to do")
{
    auto row = sample::row({{"status", sample::text, "live"}, {"image", sample::text, {}, false}});
    CHECK_THROWS_WITH_AS(row.get<std::string>("stauts"),
                         "article 42: column 'stauts' does not exist; check its spelling",
                         RowError);
    CHECK_THROWS_WITH_AS(row.get<std::string>("image"),
                         "article 42: column 'image' was not selected; add it to the SELECT",
                         RowError);
    NameList const visible{"image"};
    row.restrict_to(&visible);
    CHECK_THROWS_WITH_AS(row.text("status"),
                         "article 42: column 'status' is not declared; add it to the upgrade's "
                         "reads",
                         RowError);
    CHECK_FALSE(row.has("status"));
    CHECK_FALSE(row.has("image"));
    row.restrict_to(nullptr);
    CHECK(row.has("status"));
    CHECK_FALSE(row.has("stauts"));
}

TEST_CASE("a RowError knows table, key and column")
{
    try {
        one(sample::text, std::nullopt).get<int>("value");
        FAIL("nothing was thrown");
    } catch (RowError const& e) {
        CHECK(e.table() == "article");
        CHECK(e.key() == "42");
        CHECK(e.column() == "value");
    }
}

TEST_CASE("a value in a message ends after 80 characters, never within one")
{
    auto const message = [](std::string const& value) {
        try {
            one(sample::text, value).get<int>("value");
        } catch (RowError const& e) {
            std::string const what = e.what();
            auto const begin = what.find("the value ") + 10;
            return what.substr(begin, what.find("; an integer") - begin);
        }
        return std::string("nothing was thrown");
    };
    CHECK(message(std::string(80, 'x')) == "'" + std::string(80, 'x') + "'");
    CHECK(message(std::string(81, 'x')) == "'" + std::string(80, 'x') + "…'");
    std::string accents, cut;
    for (int i = 0; i < 90; ++i) accents += "é";
    for (int i = 0; i < 80; ++i) cut += "é";
    CHECK(message(accents) == "'" + cut + "…'");
    CHECK(message(std::string(79, 'x') + "😀😀") == "'" + std::string(79, 'x') + "😀…'");
    CHECK(message("\xBF\xBF") == "'\xBF\xBF'"); // no sequence at all: it ends nevertheless
}

TEST_CASE("a row needs one value for each column")
{
    auto const columns = std::make_shared<Columns const>(Columns{{.name = "id"}});
    CHECK_THROWS_WITH_AS(Row(columns, "article", "42", {}),
                         "article 42: a row needs one value for each column", Error);
}

TEST_CASE("a row knows which upgrades were applied")
{
    auto const row = sample::row({{"id", sample::integer, "42"}}, {"first", "second"});
    CHECK(row.applied("second"));
    CHECK_FALSE(row.applied("third"));
}
