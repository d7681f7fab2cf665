// SPDX-License-Identifier: MIT
#include <rowbot/table.hpp>

#include <doctest/doctest.h>

using namespace rowbot;

namespace
{

Patch nothing(Row const&)
{
    return {};
}

Upgrade upgrade(char const* name, NameList reads = {}, NameList writes = {},
                Runs runs = Runs::everywhere)
{
    return {.name = name, .apply = nothing, .reads = reads, .writes = writes, .runs = runs};
}

/// What is wrong with the tables, or nothing.
std::string wrong_tables(std::vector<Table> const& tables)
{
    try {
        validate(tables);
    } catch (ConfigError const& e) {
        return e.what();
    }
    return "";
}

std::string wrong(std::vector<Upgrade> upgrades, NameList cleanups = {}, NameList key = {})
{
    return wrong_tables({Table{
        .name = "article", .upgrades = std::move(upgrades), .cleanups = cleanups, .key = key}});
}

} // namespace

TEST_CASE("a table without upgrades, and no table at all, are fine")
{
    CHECK(wrong_tables(std::vector<Table>{}) == "");
    CHECK(wrong_tables({Table{.name = "article"}}) == "");
}

TEST_CASE("a table has a name, and is registered once")
{
    CHECK(wrong_tables({Table{}}) == "a table without a name; set .name");
    CHECK(wrong_tables({Table{.name = "article"}, Table{.name = "article"}}) ==
          "article: the table is registered twice; put its upgrades into one Table");
}

TEST_CASE("an upgrade's name is 1 to 63 characters of a-z, 0-9 and -")
{
    for (auto const& good : {std::string("a"), std::string("0"), std::string("fix-bad-statuses"),
                             std::string(63, 'x'), std::string("a-")}) {
        CAPTURE(good);
        CHECK(wrong({upgrade(good.c_str())}) == "");
    }
    for (auto const& bad : {std::string(), std::string("-a"), std::string("Fix"),
                            std::string("fix_it"), std::string(64, 'x'), std::string("é")}) {
        CAPTURE(bad);
        CHECK(wrong({upgrade(bad.c_str())}) ==
              "article: upgrade '" + bad +
                  "': a name has 1 to 63 characters of a-z, 0-9 and -, and does not begin with -");
    }
}

TEST_CASE("an upgrade's name is unique in its table, among the cleanups too")
{
    CHECK(wrong({upgrade("a"), upgrade("a")}) ==
          "article: two upgrades are called 'a'; a name is unique in its table");
    CHECK(wrong({upgrade("a")}, {"a"}) ==
          "article: 'a' stands twice among upgrades and cleanups; the upgrade's code goes away "
          "before its name is cleaned up");
    CHECK(wrong({}, {"a", "a"}) != "");
    CHECK(wrong_tables({Table{.name = "article", .upgrades = {upgrade("a")}},
                        Table{.name = "comment", .upgrades = {upgrade("a")}}}) == "");
}

TEST_CASE("the name of a cleanup may be any that another program has written, but not empty")
{
    CHECK(wrong({}, {"Articles::FixBadStatuses"}) == "");
    CHECK(wrong({}, {""}) == "article: an empty name in cleanups; leave it out");
}

TEST_CASE("an upgrade has a function")
{
    CHECK(wrong({{.name = "a"}}) == "article: upgrade 'a': it has no function; set .apply");
    Patch (*const none)(Row const&) = nullptr;
    CHECK(wrong({{.name = "a", .apply = none}}) != "");
}

TEST_CASE("a function that takes a Transaction runs in the worker only")
{
    Upgrade lookup{.name = "a", .apply = [](Row const&, Transaction&) { return Patch{}; }};
    CHECK(wrong({lookup}) ==
          "article: upgrade 'a': a function that takes a Transaction cannot run when a row is "
          "read; set .runs = rowbot::Runs::in_worker_only");
    lookup.runs = Runs::in_worker_only;
    CHECK(wrong({lookup}) == "");
}

TEST_CASE("needs_migration is no negative number")
{
    CHECK(wrong({{.name = "a", .apply = nothing, .needs_migration = -1}}) ==
          "article: upgrade 'a': needs_migration is the number of a migration, or 0");
}

TEST_CASE("a column stands once in a list, and has a name")
{
    CHECK(wrong({upgrade("a", {"x", "x"})}) ==
          "article: upgrade 'a': column 'x' stands twice in reads");
    CHECK(wrong({upgrade("a", {}, {""})}) ==
          "article: upgrade 'a': an empty column name in writes; leave it out");
    CHECK(wrong({}, {}, {"id", "id"}) == "article: column 'id' stands twice in key");
}

TEST_CASE("the key and applied_upgrades are never written")
{
    CHECK(wrong({upgrade("a", {}, {"applied_upgrades"})}) ==
          "article: upgrade 'a': applied_upgrades is Rowbot's own column; take it out of writes");
    CHECK(wrong({upgrade("a", {}, {"id"})}, {}, {"id"}) ==
          "article: upgrade 'a': it writes the key column 'id'; a key cannot be changed by an "
          "upgrade");
}

TEST_CASE("an upgrade that follows a worker-only one shares no columns with it")
{
    auto const worker = [](NameList reads, NameList writes) {
        return upgrade("slow", reads, writes, Runs::in_worker_only);
    };
    auto const message = "article: upgrade 'b' follows the worker-only 'slow' and shares columns "
                         "with it, so reading a row would give another result than the worker; "
                         "put it first, or declare reads and writes that do not overlap";
    CHECK(wrong({worker({"image"}, {"width"}), upgrade("b", {"width"}, {"y"})}) == message);
    CHECK(wrong({worker({"image"}, {"width"}), upgrade("b", {"x"}, {"image"})}) == message);
    CHECK(wrong({worker({"image"}, {"width"}), upgrade("b", {"x"}, {"width"})}) == message);
    CHECK(wrong({worker({"image"}, {"width"}), upgrade("b")}) == message); // empty is every column
    CHECK(wrong({worker({}, {"width"}), upgrade("b", {"x"}, {"y"})}) == message);

    CHECK(wrong({worker({"image"}, {"width"}), upgrade("b", {"image"}, {"y"})}) == "");
    CHECK(wrong({upgrade("b"), worker({"image"}, {"width"})}) == "");
    auto second = worker({}, {});
    second.name = "slow-too";
    CHECK(wrong({worker({}, {}), second}) == "");
}

TEST_CASE("a list of names is made from any range of strings")
{
    std::vector<std::string> const strings{"a", "b"};
    std::vector<std::string_view> const views{"a"};
    NameList const list = strings, other = views;
    CHECK(list.size() == 2);
    CHECK(list.contains("b"));
    CHECK_FALSE(other.contains("b"));
    // NOLINTNEXTLINE(performance-unnecessary-copy-initialization): the copy is what is tested
    NameList const copy = list;
    CHECK(copy.size() == 2);
    CHECK(NameList{}.empty());
    CHECK(NameList{"a"}.contains("a"));
}
