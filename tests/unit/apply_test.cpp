// SPDX-License-Identifier: MIT
#include "sample_rows.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace rowbot;

namespace
{

Row article(std::vector<std::string> applied = {})
{
    return sample::row({{"id", sample::integer, "42"},
                        {"width", sample::integer, "100"},
                        {"status", sample::text, "limbo"},
                        {"applied_upgrades", sample::array_of(sample::text), "{}"}},
                       std::move(applied));
}

Upgrade doubling(char const* name)
{
    return {.name = name, .apply = [](Row const& row) {
                return Patch{{"width", 2 * row.get<int>("width")}};
            }};
}

Upgrade failing(char const* name)
{
    return {.name = name, .apply = [](Row const& row) {
                return Patch{{"width", row.get<int>("status")}};
            }};
}

Table table(std::vector<Upgrade> upgrades)
{
    return {.name = "article", .upgrades = std::move(upgrades), .key = {"id"}};
}

/// What is wrong with a patch.
std::string refused(Patch patch, NameList writes = {})
{
    auto const result =
        apply(table({{.name = "x", .apply = [&](Row const&) { return patch; }, .writes = writes}}),
              article(), Where::in_worker);
    return result.failure ? result.failure->what() : "";
}

struct NoTransaction : Transaction {
    std::vector<Row> exec(std::string_view, Parameters const&) override { return {}; }
};

} // namespace

TEST_CASE("upgrades run in order, each on the result of those before")
{
    Upgrade const name_width{.name = "name-width", .apply = [](Row const& row) {
                                 return Patch{{"status", "w" + row.get<std::string>("width")}};
                             }};
    auto const result =
        apply(table({doubling("first"), name_width, doubling("third")}), article(), Where::reading);
    CHECK(sample::shown(result.row, "width") == "400");
    CHECK(sample::shown(result.row, "status") == "w200");
    CHECK(result.row.applied() == std::vector<std::string>{"first", "name-width", "third"});
    REQUIRE(result.steps.size() == 3);
    CHECK(result.steps[1].upgrade == 1);
    CHECK(result.changes() == std::vector<std::pair<std::size_t, Value>>{{1, Value::of("400")},
                                                                         {2, Value::of("w200")}});
}

TEST_CASE("an upgrade already applied is not run again")
{
    auto const result =
        apply(table({doubling("first"), doubling("second")}), article({"first"}), Where::in_worker);
    CHECK(sample::shown(result.row, "width") == "200");
    CHECK(result.row.applied() == std::vector<std::string>{"first", "second"});
    CHECK(result.steps.size() == 1);
}

TEST_CASE("names of others are kept, in their order")
{
    auto const result =
        apply(table({doubling("first")}), article({"old", "Odd Name"}), Where::in_worker);
    CHECK(result.row.applied() == std::vector<std::string>{"old", "Odd Name", "first"});
}

TEST_CASE("an empty patch is still recorded")
{
    auto const result =
        apply(table({{.name = "nothing", .apply = [](Row const&) { return Patch{}; }}}), article(),
              Where::in_worker);
    CHECK(result.row.applied("nothing"));
    CHECK(result.steps.size() == 1);
    CHECK(result.changes().empty());
}

TEST_CASE("a failing upgrade keeps those before and stops those after")
{
    auto const result = apply(table({doubling("first"), failing("second"), doubling("third")}),
                              article(), Where::reading);
    CHECK(sample::shown(result.row, "width") == "200");
    CHECK(result.row.applied() == std::vector<std::string>{"first"});
    REQUIRE(result.failure);
    CHECK(result.failed_upgrade == 1);
    CHECK(std::string(result.failure->what()) ==
          "article 42: upgrade 'second': column 'status' is of type text with the value 'limbo'; "
          "an integer from -2147483648 to 2147483647 is expected");
    CHECK(result.failure->upgrade() == "second");
}

TEST_CASE("the cause of a failure is nested")
{
    auto const result = apply(table({failing("x")}), article(), Where::reading);
    REQUIRE(result.failure);
    auto const copy = *result.failure;
    try {
        copy.rethrow_nested();
    } catch (RowError const& e) {
        CHECK(e.column() == "status");
    }
    auto const odd = apply(table({{.name = "odd", .apply = [](Row const&) -> Patch { throw 5; }}}),
                           article(), Where::reading);
    REQUIRE(odd.failure);
    CHECK(std::string(odd.failure->what()) ==
          "article 42: upgrade 'odd': threw something that is no std::exception");
    CHECK_THROWS_AS(odd.failure->rethrow_nested(), int);
}

TEST_CASE("an upgrade sees the columns that it declares, and no others")
{
    auto upgrade = doubling("first");
    upgrade.reads = {"status"};
    auto const result = apply(table({upgrade}), article(), Where::in_worker);
    REQUIRE(result.failure);
    CHECK(std::string(result.failure->what()) ==
          "article 42: upgrade 'first': column 'width' is not declared; add it to the upgrade's "
          "reads");
    CHECK(result.row.has("width")); // afterwards every column is visible again
    upgrade.reads = {"width"};
    CHECK_FALSE(apply(table({upgrade}), article(), Where::in_worker).failure);
}

TEST_CASE("a patch that breaks the rules is refused")
{
    CHECK(refused({{"width", 1}}, {"width"}) == "");
    CHECK(refused({{"width", 1}, {"status", "x"}}, {"width"}) ==
          "article 42: upgrade 'x': its patch names the column 'status'; add it to the upgrade's "
          "writes");
    CHECK(refused({{"id", 1}}) == "article 42: upgrade 'x': its patch names the key column 'id'");
    CHECK(refused({{"applied_upgrades", "{}"}}) ==
          "article 42: upgrade 'x': its patch names applied_upgrades, which is Rowbot's own "
          "column");
    CHECK(refused({{"widht", 1}}) ==
          "article 42: upgrade 'x': its patch names the column 'widht', which does not exist");
    CHECK(refused({{"width", 1.5}}) ==
          "article 42: upgrade 'x': column 'width' is to be written: the number '1.5' does not "
          "fit the type integer; round it first");
}

TEST_CASE("a patch that names a generated column is refused")
{
    auto const columns = std::make_shared<Columns const>(
        Columns{{.name = "total", .type = sample::integer, .generated_always = true}});
    Row const row(columns, "article", "42", {Value::of("5")});
    auto const result = apply(table({{.name = "x",
                                      .apply =
                                          [](Row const&) {
                                              return Patch{{"total", 6}};
                                          }}}),
                              row, Where::in_worker);
    REQUIRE(result.failure);
    CHECK(std::string(result.failure->what()) ==
          "article 42: upgrade 'x': its patch names the column 'total', which only PostgreSQL "
          "itself may write (GENERATED ALWAYS)");
}

TEST_CASE("of a patch that is refused nothing is kept")
{
    auto const upgrades = table({{.name = "x", .apply = [](Row const&) {
                                      return Patch{{"status", "dead"}, {"width", 1.5}};
                                  }}});
    auto const result = apply(upgrades, article(), Where::in_worker);
    CHECK(sample::shown(result.row, "status") == "limbo");
    CHECK(result.changes().empty());
}

TEST_CASE("a column that was not selected can be written, not read")
{
    auto const row = sample::row({{"status", sample::text, {}, false}});
    auto const result = apply(table({{.name = "x",
                                      .apply =
                                          [](Row const&) {
                                              return Patch{{"status", "dead"}};
                                          }}}),
                              row, Where::reading);
    CHECK(sample::shown(result.row, "status") == "dead");
}

TEST_CASE("reading leaves an upgrade alone that runs in the worker only")
{
    auto worker_only = doubling("slow");
    worker_only.runs = Runs::in_worker_only;
    auto const upgrades = table({worker_only, doubling("inline")});
    auto const read = apply(upgrades, article(), Where::reading);
    CHECK(read.row.applied() == std::vector<std::string>{"inline"});
    CHECK(sample::shown(read.row, "width") == "200");
    CHECK(apply(upgrades, article(), Where::in_worker).row.applied().size() == 2);
}

TEST_CASE("without a transaction, apply stops before an upgrade that needs one")
{
    int runs = 0;
    Upgrade const transactional{.name = "lookup",
                                .apply =
                                    [&](Row const&, Transaction& transaction) {
                                        ++runs;
                                        transaction.exec("SELECT 1");
                                        return Patch{{"width", 7}};
                                    },
                                .runs = Runs::in_worker_only};
    auto const upgrades = table({doubling("first"), transactional, doubling("third")});
    auto const without = apply(upgrades, article(), Where::in_worker);
    CHECK(without.row.applied() == std::vector<std::string>{"first"});
    CHECK_FALSE(without.failure);
    CHECK(runs == 0);

    NoTransaction transaction;
    auto const with = apply(upgrades, article(), Where::in_worker, &transaction);
    CHECK(sample::shown(with.row, "width") == "14");
    CHECK(with.row.applied().size() == 3);
    CHECK(runs == 1);
}

TEST_CASE("at most the given number of upgrades run")
{
    auto const upgrades = table({doubling("first"), doubling("second"), doubling("third")});
    auto const one = apply(upgrades, article({"first"}), Where::in_worker, nullptr, 1);
    CHECK(one.row.applied() == std::vector<std::string>{"first", "second"});
    CHECK(apply(upgrades, article(), Where::in_worker, nullptr, 0).steps.empty());
}

TEST_CASE("a later upgrade reads what will be stored")
{
    auto const seen = [](ColumnType const& type, PatchValue const& value) {
        std::string text;
        auto const upgrades = table(
            {{.name = "write", .apply = [&](Row const&) { return Patch{}.set("value", value); }},
             {.name = "read", .apply = [&](Row const& row) {
                  text = row.get<std::string>("value");
                  return Patch{};
              }}});
        apply(upgrades, sample::one(type, std::nullopt), Where::reading);
        return text;
    };
    CHECK(seen(sample::boolean, "yes") == "t");
    CHECK(seen(sample::bigint, "+007") == "7");
    CHECK(seen(sample::float8, "1.50") == "1.5");
    CHECK(seen(sample::jsonb, std::vector<int>{1, 2}) == "[1, 2]");
}
