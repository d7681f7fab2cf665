// SPDX-License-Identifier: MIT
#include "schema/new_file.hpp"
#include "temporary_folder.hpp"

using namespace rowbot;
using namespace rowbot::schema;

namespace
{

std::string next(std::vector<Migration> const& migrations, std::string_view name = "x")
{
    return next_file_name(load_memory(migrations), name);
}

} // namespace

TEST_CASE("the first migration has number 1")
{
    CHECK(next({}) == "1_x.sql");
}

TEST_CASE("a new migration is called as the others are")
{
    CHECK(next({{.file = "1_a.sql"}, {.file = "2_b.js"}}) == "3_x.sql");
    CHECK(next({{.file = "1-a.sql"}}) == "2-x.sql");
    CHECK(next({{.file = "1_a.sql"}, {.file = "2-b.sql"}}) == "3-x.sql");
    CHECK(next({{.file = "1a.sql"}}) == "2x.sql");
    CHECK(next({{.file = "1a.sql"}}, "3d") == "2_3d.sql");
    CHECK(next({{.file = "1.sql"}}) == "2_x.sql");
    CHECK(next({{.file = "0001_a.sql"}}) == "0002_x.sql");
    CHECK(next({{.file = "1_a.sql"}, {.file = "002_b.sql"}}) == "003_x.sql");
}

TEST_CASE("the width of the numbers stays where one has no zero in front")
{
    std::vector<Migration> migrations;
    for (int id = 1; id <= 9; ++id)
        migrations.push_back(
            {.file = "0" + std::to_string(id) + "_" + std::to_string(id) + ".sql"});
    CHECK(next(migrations) == "10_x.sql");
    migrations.push_back({.file = "10_ten.sql"});
    CHECK(next(migrations) == "11_x.sql");
    for (int id = 11; id <= 99; ++id)
        migrations.push_back({.file = std::to_string(id) + "_" + std::to_string(id) + ".sql"});
    CHECK(next(migrations) == "100_x.sql");
}

TEST_CASE("a name that would not fit is refused")
{
    for (char const* const name :
         {"", " ", "a b", "a.sql", "a/b", "../a", "_a", "-a", "é", "a\n", "a'b", "a\\b"}) {
        CAPTURE(name);
        CHECK_THROWS_WITH_AS(next({}, name),
                             ("'" + std::string(name) +
                              "' cannot be the name of a migration; write letters, digits, - and "
                              "_, without number and suffix: add-sources")
                                 .c_str(),
                             ConfigError);
    }
    CHECK_THROWS_WITH_AS(next({{.file = "1-x.sql"}}), doctest::Contains("'x' is taken"),
                         ConfigError);
    CHECK_THROWS_AS(next({}, "create-migrations-table"), ConfigError);
    CHECK_THROWS_AS(next({}, std::string(101, 'a')), ConfigError);
    CHECK(next({}, "Add_sources-2") == "1_Add_sources-2.sql");
}

TEST_CASE("a new file has a head that asks for nothing, and can be run")
{
    TemporaryFolder const folder;
    folder.write("01-a.sql");
    CHECK(create_file(folder.path(), "add-sources") == folder.path() / "02-add-sources.sql");
    CHECK(create_file(folder.path(), "next") == folder.path() / "03-next.sql");
    CHECK(folder.read("02-add-sources.sql").starts_with("-- Why:\n"));

    auto const file = load_files(folder.path()).at(1);
    CHECK_FALSE(file.markers.disable_transaction);
    CHECK_FALSE(file.markers.disable_hash_check);
    CHECK_NOTHROW(refuse_unrunnable(file));
}

TEST_CASE("no file is made in a folder that is wrong")
{
    TemporaryFolder const folder;
    CHECK_THROWS_AS(create_file(folder.path() / "missing", "x"), ConfigError);
    CHECK_FALSE(std::filesystem::exists(folder.path() / "missing"));

    folder.write("2_b.sql");
    CHECK_THROWS_AS(create_file(folder.path(), "x"), ConfigError);
    CHECK_FALSE(std::filesystem::exists(folder.path() / "2_x.sql"));
}
