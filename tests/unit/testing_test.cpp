// SPDX-License-Identifier: MIT
// The test kit finds each defect that it promises to find, and says which it is.

#include <rowbot/testing.hpp>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <random>

using namespace rowbot;
using testing::ColumnDefinition;
using testing::RowText;
using testing::TableUnderTest;

namespace
{

std::vector<ColumnDefinition> const columns{
    {"id", "bigint"},          {"status", "text"},   {"width", "int"},   {"live", "bool"},
    {"price", "numeric(6,2)"}, {"content", "jsonb"}, {"tags", "TEXT[]"}, {"code", "varchar(3)"}};

Upgrade fix_statuses()
{
    return {.name = "fix-statuses",
            .apply = [](Row const& row) -> Patch {
                auto const status = row.get<std::string>("status");
                if (status == "live" || status == "dead") return {};
                return {{"status", "dead"}};
            },
            .reads = {"status"},
            .writes = {"status"}};
}

TableUnderTest table(std::vector<Upgrade> upgrades, NameList key = {})
{
    return {{.name = "article", .upgrades = std::move(upgrades), .key = std::move(key)}, columns};
}

/// A table with one upgrade that reads `status` and writes `width`.
TableUnderTest one(ApplyFunction apply, Runs runs = Runs::everywhere)
{
    return table({{.name = "x",
                   .apply = std::move(apply),
                   .reads = {"status"},
                   .writes = {"width"},
                   .runs = runs}});
}

RowText const sample{{"id", "42"}, {"status", "limbo"}, {"width", "100"}};

template <class E, class F> std::string message_of(F const& call)
{
    try {
        call();
    } catch (E const& e) {
        return e.what();
    }
    return {};
}

/// The message of the ConfigError of an upgrade that is wrong itself; empty where there is none.
std::string defect(TableUnderTest const& tested)
{
    return message_of<ConfigError>([&] { tested.upgraded(sample); });
}

} // namespace

TEST_CASE("a row given as text is upgraded")
{
    auto const articles = table({fix_statuses()});
    auto const row = articles.upgraded({{"id", "42"}, {"status", "limbo"}});
    CHECK(row.text("status") == "dead");
    CHECK(row.text("id") == "42");
    CHECK(row.text("width") == std::nullopt);
    CHECK(row.applied() == std::vector<std::string>{"fix-statuses"});
    CHECK(articles.upgraded({{"status", "live"}}).get<std::string>("status") == "live");
}

TEST_CASE("values are given as in an INSERT and read by their type")
{
    auto const row = table({}).upgraded({{"width", "+7"},
                                         {"live", "yes"},
                                         {"price", "1.10"},
                                         {"content", R"({"a": [1]})"},
                                         {"tags", "{a,\"b c\",NULL}"},
                                         {"status", std::optional<std::string>()},
                                         {"code", nullptr}});
    CHECK(row.get<int>("width") == 7);
    CHECK(row.get<bool>("live"));
    CHECK(row.get<std::string>("price") == "1.10");
    CHECK(row.get<Json>("content") == Json{{"a", Json::array({1})}});
    CHECK(row.get<std::vector<std::optional<std::string>>>("tags").size() == 3);
    CHECK_FALSE(row.get<std::optional<std::string>>("status"));
    CHECK_FALSE(row.get<std::optional<std::string>>("code"));
}

TEST_CASE("all pending upgrades run, or the one that is asked for")
{
    auto const widen = [](char const* name) {
        return Upgrade{.name = name,
                       .apply = [](Row const& row) -> Patch {
                           return {{"width", 2 * row.get<int>("width")}};
                       },
                       .reads = {"width"},
                       .writes = {"width"}};
    };
    auto const articles = table({widen("first"), widen("second"), fix_statuses()});
    CHECK(articles.upgraded(sample).text("width") == "400");
    CHECK(articles.upgraded(sample).text("status") == "dead");
    CHECK(articles.upgraded(sample, "second").text("width") == "200");
    CHECK(articles.upgraded(sample, "second").text("status") == "limbo");
    RowText const half{{"status", "live"}, {"width", "1"}, {"applied_upgrades", "{first}"}};
    CHECK(articles.upgraded(half).text("width") == "2");
    CHECK(articles.upgraded(half, "first").text("width") == "2");
    CHECK(message_of<ConfigError>([&] { articles.upgraded(sample, "third"); }) ==
          "article: there is no upgrade 'third' to test, or it takes a Transaction; that one needs "
          "a worker and a real table");
}

TEST_CASE("the key is the declared one, also where there is a column id")
{
    auto const number = table({{.name = "number",
                                .apply = [](Row const&) -> Patch {
                                    return {{"id", 7}};
                                },
                                .reads = {"id"},
                                .writes = {"id"}}},
                              {"code"});
    CHECK(number.upgraded({{"id", "42"}, {"code", "oar"}}).text("id") == "7");
}

TEST_CASE("an upgrade that is not pure is found")
{
    auto const counting = one([n = std::make_shared<int>(0)](Row const&) -> Patch {
        return {{"width", ++*n}};
    });
    CHECK(defect(counting) ==
          "article 42: upgrade 'x' is not pure: the same row gave width = '1', and later width = "
          "'2'; a patch must follow from the row alone (no clock, no random number, no counter)");
    auto const tossing = one([random = std::make_shared<std::mt19937>(1)](Row const&) -> Patch {
        if ((*random)() % 2 == 0) return {};
        return {{"width", nullptr}};
    });
    CHECK(defect(tossing).find("an empty patch") != std::string::npos);
    auto const tiring = one([n = std::make_shared<int>(0)](Row const&) -> Patch {
        if (++*n > 3) throw std::runtime_error("tired");
        return {};
    });
    CHECK(defect(tiring).find("later article 42: upgrade 'x': tired") != std::string::npos);
}

TEST_CASE("what an upgrade carries from row to row is found")
{
    auto const seen = std::make_shared<std::vector<std::string>>();
    auto const articles = one([seen](Row const& row) -> Patch {
        auto const status = row.get<std::string>("status");
        if (std::find(seen->begin(), seen->end(), status) == seen->end()) seen->push_back(status);
        return {{"width", seen->size()}};
    });
    CHECK_NOTHROW(articles.upgraded({{"status", "a"}}));
    CHECK_NOTHROW(articles.check({{{"status", "a"}}}));
    CHECK(message_of<ConfigError>([&] {
              articles.check({{{"status", "a"}}, {{"status", "b"}}});
          })
              .find("article (row 1): upgrade 'x' is not pure: the same row gave width = '1', and "
                    "later width = '2'") == 0);
}

TEST_CASE("a column that is read and not declared is found, even where nothing fails")
{
    CHECK(defect(one([](Row const& row) -> Patch {
              return {{"width", row.get<int>("width")}};
          })) ==
          "article: upgrade 'x' reads the column 'width', which it does not declare; add it to the "
          "upgrade's reads");
    auto const depends = "article 42: upgrade 'x' depends on a column that it does not declare; "
                         "add it to the upgrade's reads";
    CHECK(defect(one([](Row const& row) -> Patch {
              return {{"width", row.has("live") ? 1 : 2}};
          })) == depends);
    CHECK(defect(one([](Row const& row) -> Patch {
              return {{"width", row.at(2).text.size()}};
          })) == depends);
    CHECK(defect(one([](Row const& row) -> Patch {
              try {
                  return {{"width", row.get<int>("width")}};
              } catch (RowError const&) {
                  return {};
              }
          })) == depends);
}

TEST_CASE("a column that is written and not declared is found")
{
    CHECK(defect(one([](Row const&) -> Patch {
              return {{"status", "dead"}};
          })) ==
          "article: upgrade 'x' writes the column 'status', which it does not declare; add it to "
          "the upgrade's writes");
}

TEST_CASE("a row that an upgrade cannot take is an UpgradeError, no defect")
{
    auto const articles = table({fix_statuses()});
    CHECK(message_of<UpgradeError>([&] {
              articles.upgraded({{"id", "7"}, {"status", nullptr}});
          }) == "article 7: upgrade 'fix-statuses': column 'status' is null; text is expected "
                "(std::optional would take null)");
    CHECK_THROWS_AS(articles.check({{{"status", "live"}}, {{"id", "7"}}}), UpgradeError);
    auto const wide = one([](Row const&) -> Patch { return {{"width", 5'000'000'000}}; });
    CHECK(message_of<UpgradeError>([&] {
              wide.upgraded(sample);
          }).find("'5000000000' does not fit the type integer") != std::string::npos);
    auto const json = one([](Row const&) -> Patch { return {{"width", Json::object()}}; });
    CHECK_THROWS_AS(json.upgraded(sample), UpgradeError);
}

TEST_CASE("an upgrade that runs in the worker only is run once, and need not be pure")
{
    auto const calls = std::make_shared<int>(0);
    auto const probed = one(
        [calls](Row const&) -> Patch {
            return {{"width", ++*calls}};
        },
        Runs::in_worker_only);
    CHECK(probed.upgraded(sample).text("width") == "1");
    CHECK(*calls == 1);
    auto const moved =
        one([](Row const&, Transaction&) -> Patch { return {}; }, Runs::in_worker_only);
    CHECK(moved.upgraded(sample).applied().empty());
    CHECK_THROWS_AS(moved.upgraded(sample, "x"), ConfigError);
}

TEST_CASE("what a daemon would refuse at its start is refused")
{
    auto const refused = [](Upgrade upgrade, NameList key = {}) {
        upgrade.name = "x";
        if (upgrade.apply.empty()) upgrade.apply = [](Row const&) { return Patch{}; };
        return message_of<ConfigError>([&] { table({upgrade}, key); });
    };
    CHECK(refused({.reads = {"statsu"}}).find("names the column 'statsu'") != std::string::npos);
    CHECK(refused({.writes = {"id"}}).find("writes the key column 'id'") != std::string::npos);
    CHECK(refused({.writes = {"code"}}, {"code"}).find("key column 'code'") != std::string::npos);
    CHECK_NOTHROW(table({}, {"code"}));
    CHECK(message_of<ConfigError>([&] {
              table({{.name = "round",
                      .apply = [](Row const&) { return Patch{}; },
                      .writes = {"price"}},
                     {.name = "show",
                      .apply = [](Row const&) { return Patch{}; },
                      .reads = {"price"},
                      .writes = {"status"}}});
          }).find("storing a value of type numeric(6,2) may change it") != std::string::npos);
}

TEST_CASE("columns and rows that do not fit each other are refused")
{
    auto const columns_refused = [](std::vector<ColumnDefinition> const& given) {
        return message_of<ConfigError>([&] { TableUnderTest({.name = "article"}, given); });
    };
    CHECK(columns_refused({{"id", "bigint NOT NULL"}}) ==
          "article: the column 'id': the type 'bigint NOT NULL' is not known; give the type alone, "
          "without constraints");
    CHECK(columns_refused({{"id", "int"}, {"id", "int"}}) ==
          "article: the column 'id' is given twice");
    CHECK(columns_refused({{"a", "Character Varying (3)"},
                           {"b", "timestamp(3) with time zone"},
                           {"c", "double precision"},
                           {"d", "numeric ( 6, 2 ) [3][]"},
                           {"e", "public.mood"}}) == "");
    auto const reading_a = [&](char const* type) {
        return message_of<ConfigError>([&] {
            Upgrade const x{
                .name = "x", .apply = [](Row const&) { return Patch{}; }, .reads = {"a"}};
            TableUnderTest({.name = "article", .upgrades = {x}}, {{"a", type}, {"b", "text"}});
        });
    };
    CHECK(reading_a("regclass[]").find("depends on search_path") != std::string::npos);
    CHECK(reading_a("region") == "");
    auto const articles = table({});
    CHECK(message_of<ConfigError>([&] {
              articles.upgraded({{"statsu", "live"}});
          }) == "article: row 1: the column 'statsu' has no type; add it to the columns of the "
                "TableUnderTest");
    CHECK(message_of<ConfigError>([&] {
              articles.upgraded({{"width", "5000000000"}});
          }) ==
          "article: row 1: the column 'width' cannot hold this: the number '5000000000' does not "
          "fit the type integer");
}
