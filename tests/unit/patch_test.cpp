// SPDX-License-Identifier: MIT
#include <rowbot/patch.hpp>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace rowbot;

TEST_CASE("a patch lists columns and their new values")
{
    std::string const column = "image";
    std::string_view const name = "name";
    Patch const patch{{"status", "dead"}, {column, std::string("x")}, {name, 5}};
    std::string columns;
    for (auto const& [named, value] : patch) columns += named + " ";
    CHECK(columns == "image name status ");
    CHECK_FALSE(patch.empty());
    CHECK(Patch{}.empty());
}

TEST_CASE("a patch with one column is a patch, not a pair of them")
{
    Patch const patch{{"status", "dead"}};
    CHECK(patch.begin()->first == "status");
    CHECK(std::get<std::string>(patch.begin()->second.content()) == "dead");
}

TEST_CASE("a patch that names a column twice is refused")
{
    CHECK_THROWS_WITH_AS((Patch{{"status", "dead"}, {"status", "live"}}),
                         "a patch names the column 'status' twice; name it once", ConfigError);
}

TEST_CASE("set() replaces a value")
{
    Patch patch{{"width", 1}};
    patch.set("width", 2).set("height", nullptr);
    CHECK(std::holds_alternative<std::nullptr_t>(patch.begin()->second.content()));
    CHECK(std::get<std::int64_t>(std::next(patch.begin())->second.content()) == 2);
}

TEST_CASE("every kind of value is taken as what it is")
{
    CHECK(std::get<bool>(PatchValue(true).content()));
    CHECK(std::get<std::int64_t>(PatchValue(short{-3}).content()) == -3);
    CHECK(std::get<std::uint64_t>(PatchValue(~std::uint64_t{0}).content()) == ~std::uint64_t{0});
    CHECK(std::get<double>(PatchValue(0.5F).content()) == 0.5);
    CHECK(std::get<std::string>(PatchValue("text").content()) == "text");
    CHECK(std::get<std::string>(PatchValue(std::string_view("view")).content()) == "view");
    CHECK(std::holds_alternative<std::nullptr_t>(PatchValue(nullptr).content()));
    CHECK(std::holds_alternative<JsonNull>(PatchValue(json_null).content()));
}

TEST_CASE("an empty optional is null, a full one is its value")
{
    CHECK(std::holds_alternative<std::nullptr_t>(PatchValue(std::optional<int>()).content()));
    CHECK(std::get<std::int64_t>(PatchValue(std::optional(7)).content()) == 7);
    std::optional<std::vector<std::string>> const list{{"a"}};
    CHECK(std::get<PatchValue::Array>(PatchValue(list).content()).size() == 1);
}

TEST_CASE("a vector keeps the values of its elements")
{
    auto const content = PatchValue(std::vector<std::optional<bool>>{true, {}}).content();
    auto const& array = std::get<PatchValue::Array>(content);
    REQUIRE(array.size() == 2);
    CHECK(std::get<bool>(array[0].content()));
    CHECK(std::holds_alternative<std::nullptr_t>(array[1].content()));
    CHECK(std::get<PatchValue::Array>(PatchValue(std::vector<bool>{true}).content()).size() == 1);
}

TEST_CASE("Json is copied as it is")
{
    Json const json = Json::parse(R"([[1], {"a": null}])");
    auto const content = PatchValue(json).content();
    CHECK(*std::get<std::shared_ptr<Json const>>(content) == json);
}
