// SPDX-License-Identifier: MIT
#include "schema/hash.hpp"
#include "schema/migration_files.hpp"
#include "temporary_folder.hpp"

#include <sys/stat.h>
#include <unistd.h>

using namespace rowbot;
using namespace rowbot::schema;
using namespace std::string_literals;

namespace
{

std::vector<std::string> names(std::vector<MigrationFile> const& files)
{
    std::vector<std::string> names;
    for (auto const& file : files) names.push_back(file.file);
    return names;
}

/// The files of a folder with these names.
std::vector<std::string> loaded(std::vector<std::string> const& in)
{
    TemporaryFolder const folder;
    for (auto const& name : in) folder.write(name);
    return names(load_files(folder.path()));
}

void check_offender(std::vector<std::string> const& files, std::string const& offender, int wanted)
{
    CAPTURE(files.front());
    auto const message = "Found a non-consecutive migration ID on file: '" + offender +
                         "'; where it stands the number must be " + std::to_string(wanted) +
                         ", because migrations count 1, 2, 3, …, each number once";
    CHECK_THROWS_WITH_AS(loaded(files), message.c_str(), ConfigError);
}

MigrationFile file_of(std::string const& sql)
{
    return load_memory({{.file = "1_a.sql", .sql = sql}}).at(0);
}

} // namespace

TEST_CASE("a folder's migrations are in the order of their numbers")
{
    CHECK(loaded({"10_j.sql", "9-i.sql", "8h.SQL", "0007_g.sql", "6.sql", "5_e.js", "4_d.sql",
                  "3_c.sql", "2_b.sql", "1_a.sql"}) ==
          std::vector{"1_a.sql"s, "2_b.sql"s, "3_c.sql"s, "4_d.sql"s, "5_e.js"s, "6.sql"s,
                      "0007_g.sql"s, "8h.SQL"s, "9-i.sql"s, "10_j.sql"s});
}

TEST_CASE("an empty folder has no migrations")
{
    CHECK(loaded({}).empty());
}

TEST_CASE("what is no migration is ignored")
{
    TemporaryFolder const folder;
    std::filesystem::create_directories(folder.path() / "old");
    folder.write("old/7_x.sql");
    for (char const* const name : {"README.md", "1_a.sql", "1_a.sql.rollback", "2_b.sql.rollback",
                                   ".1_a.sql.swp", "1_a.ts", "foo"})
        folder.write(name);
    CHECK(names(load_files(folder.path())) == std::vector{"1_a.sql"s});
}

TEST_CASE("a name that does not fit stops everything")
{
    CHECK_THROWS_WITH_AS(loaded({"1_a.sql", "foo.sql"}), doctest::Contains("'foo.sql'"),
                         ConfigError);
}

TEST_CASE("numbers count from 1 without a hole")
{
    check_offender({"2_b.sql"}, "2_b.sql", 1);
    check_offender({"1_a.sql", "3_c.sql", "5_e.sql"}, "3_c.sql", 2);
    check_offender({"1_a.sql", "01_b.sql"}, "1_a.sql", 2);
    check_offender({"1_b.sql", "1_a.sql", "2_c.sql"}, "1_b.sql", 2);
    check_offender({"0_z.sql", "1_a.sql"}, "0_z.sql", 1);
    check_offender({"1_a.sql", "-0_x.sql"}, "-0_x.sql", 1);
    check_offender({"1_a.sql", "-1_x.sql"}, "-1_x.sql", 1);
}

TEST_CASE("a folder or file that cannot be read is named")
{
    TemporaryFolder const folder;
    auto const missing = folder.path() / "missing";
    CHECK_THROWS_WITH_AS(
        load_files(missing),
        (missing.string() +
         ": the folder of the migrations cannot be read (No "
         "such file or directory); create it, or name the right one with --migrations")
            .c_str(),
        ConfigError);
    folder.write("file");
    CHECK_THROWS_AS(load_files(folder.path() / "file"), ConfigError);

    std::filesystem::create_directories(folder.path() / "1_a.sql");
    CHECK_THROWS_WITH_AS(load_files(folder.path()), doctest::Contains("1_a.sql: it is no file"),
                         ConfigError);
    std::filesystem::remove(folder.path() / "1_a.sql");
    std::filesystem::create_symlink("nowhere", folder.path() / "1_a.sql");
    CHECK_THROWS_WITH_AS(load_files(folder.path()), doctest::Contains("1_a.sql: it is no file"),
                         ConfigError);
    std::filesystem::remove(folder.path() / "1_a.sql");
    REQUIRE(mkfifo((folder.path() / "1_a.sql").c_str(), 0600) == 0);
    CHECK_THROWS_AS(load_files(folder.path()), ConfigError);
    std::filesystem::remove(folder.path() / "1_a.sql");
    std::filesystem::create_symlink("/proc/self/mem", folder.path() / "1_a.sql"); // reads as EIO
    CHECK_THROWS_WITH_AS(load_files(folder.path()), doctest::Contains("1_a.sql: it cannot be read"),
                         ConfigError);
}

TEST_CASE("a file without permission to read it is named")
{
    if (geteuid() == 0) return; // who may read everything
    TemporaryFolder const folder;
    folder.write("1_a.sql");
    std::filesystem::permissions(folder.path() / "1_a.sql", std::filesystem::perms::none);
    CHECK_THROWS_WITH_AS(load_files(folder.path()), doctest::Contains("1_a.sql: it cannot be read"),
                         ConfigError);
}

TEST_CASE("a file's text is kept as it is, with its hash and what its comments ask for")
{
    TemporaryFolder const folder;
    auto const text = "\uFEFF-- postgres-migrations disable-transaction\r\n"
                      "-- rowbot: requires article/trim\r\n\xff\0;"s;
    folder.write("real", text);
    std::filesystem::create_symlink("real", folder.path() / "01-drop-it.SQL"); // as Kubernetes does
    folder.write("01-drop-it.SQL.rollback", "SELECT 2;\r\n");
    auto const file = load_files(folder.path()).at(0);
    CHECK(file.id == 1);
    CHECK(file.name == "drop-it");
    CHECK(file.file == "01-drop-it.SQL");
    CHECK(file.sql == text);
    CHECK(file.hash == migration_hash("01-drop-it.SQL", text));
    CHECK(file.markers.disable_transaction_in_header);
    CHECK(file.requirements == std::vector<Requirement>{{"article", "trim", 2}});
    CHECK(file.rollback_sql == "SELECT 2;\r\n");
    CHECK_FALSE(file.js);
    CHECK_FALSE(file.up);
}

TEST_CASE("a program for Node has a place, but neither text nor hash, and is not run")
{
    TemporaryFolder const folder;
    folder.write("1_a.js", "exports.generateSql = () => '-- rowbot: nonsense'");
    auto const file = load_files(folder.path()).at(0);
    CHECK(file.js);
    CHECK(file.name == "a");
    CHECK(file.sql.empty());
    CHECK(file.hash.empty());
    CHECK_THROWS_WITH_AS(refuse_unrunnable(file), doctest::Contains("1_a.js: a program for Node"),
                         ConfigError);
}

TEST_CASE("a program's own migrations are as those of a folder")
{
    int called = 0;
    auto const files = load_memory(
        {{.file = "2_b.sql", .up = [&](Transaction&) { ++called; }},
         {.file = "1_a.sql", .sql = "select 1;\n", .rollback = [&](Transaction&) { ++called; }},
         {.file = "3_c.js", .sql = "SELECT 3"}});
    CHECK(names(files) == std::vector{"1_a.sql"s, "2_b.sql"s, "3_c.js"s});
    CHECK(files[0].hash == "48f5711cc1874edceb519b0c61e0484ba05987cc");
    CHECK(files[0].rollback);
    CHECK_FALSE(files[0].up);
    CHECK(files[1].hash == migration_hash("2_b.sql", ""));
    CHECK(files[1].up);
    // The SQL that a .js file generated: its hash is known here.
    CHECK(files[2].hash == migration_hash("3_c.js", "SELECT 3"));
    CHECK_FALSE(files[2].js);
    for (auto const& file : files) CHECK_NOTHROW(refuse_unrunnable(file));
    CHECK(called == 0);
    CHECK(load_memory({}).empty());
}

TEST_CASE("a program's own migrations are checked as those of a folder")
{
    CHECK_THROWS_WITH_AS(load_memory({{.file = "2_a.sql"}}),
                         doctest::Contains("non-consecutive migration ID on file: '2_a.sql'"),
                         ConfigError);
    CHECK_THROWS_WITH_AS(load_memory({{.file = "1_a.sql"}, {.file = "1_b.sql"}}),
                         doctest::Contains("'1_b.sql'"), ConfigError);
    CHECK_THROWS_WITH_AS(load_memory({{.file = "add-sources"}}),
                         doctest::Contains("'add-sources' is no name of a migration"), ConfigError);
    CHECK_THROWS_WITH_AS(load_memory({{.file = "foo.sql"}}), doctest::Contains("'foo.sql'"),
                         ConfigError);
    CHECK_THROWS_WITH_AS(
        load_memory({{.file = "1_a.sql", .sql = "SELECT 1", .up = [](Transaction&) {}}}),
        "1_a.sql: it has both a text and a function; leave out one of them", ConfigError);
}

TEST_CASE("a text that cannot be run is loaded, but refused before it is run")
{
    CHECK_NOTHROW(refuse_unrunnable(file_of("")));
    CHECK_NOTHROW(refuse_unrunnable(file_of("\uFEFFSELECT 'é';\r\n")));
    CHECK_THROWS_WITH_AS(refuse_unrunnable(file_of("SELECT 1;\n\n\xff")),
                         "1_a.sql:3: bytes that are not UTF-8; save the file as UTF-8",
                         ConfigError);
    CHECK_THROWS_WITH_AS(refuse_unrunnable(file_of("SELECT 1;\n\0"s)),
                         "1_a.sql:2: a NUL byte, which PostgreSQL cannot take; save the file as "
                         "UTF-8",
                         ConfigError);
    CHECK_THROWS_WITH_AS(refuse_unrunnable(file_of("-- rowbot: require article/trim")),
                         doctest::Contains("1_a.sql:1: "), ConfigError);

    auto file = file_of("SELECT 1");
    file.rollback_sql = "\xc3";
    CHECK_THROWS_WITH_AS(refuse_unrunnable(file),
                         "1_a.sql.rollback:1: bytes that are not UTF-8; save the file as UTF-8",
                         ConfigError);
}

TEST_CASE("two new migrations cannot have one name")
{
    auto const files = load_memory({{.file = "1_a.sql"}, {.file = "2-a.sql"}, {.file = "3_A.sql"}});
    CHECK_THROWS_WITH_AS(refuse_names(files),
                         "2-a.sql: the name 'a' is taken by '1_a.sql'; rename the file",
                         ConfigError);
    // Where the first is applied, what the table says counts: whole file names, for some.
    auto const pending = std::span(files).subspan(1);
    CHECK_NOTHROW(refuse_names(pending));
    CHECK_NOTHROW(refuse_names(pending, std::vector{"create-migrations-table"s, "1_a.sql"s}));
    CHECK_THROWS_WITH_AS(refuse_names(pending, std::vector{"a"s}),
                         "2-a.sql: the name 'a' is taken by another migration; rename the file",
                         ConfigError);
    CHECK_THROWS_AS(refuse_names(load_memory({{.file = "1_create-migrations-table.sql"}})),
                    ConfigError);
}

TEST_CASE("a name fits into its column, which counts characters")
{
    auto const of_length = [](std::size_t characters) {
        std::string name = "1_";
        for (std::size_t i = 0; i < characters; ++i) name += "é";
        return load_memory({{.file = name + ".sql"}});
    };
    CHECK_NOTHROW(refuse_names(of_length(100)));
    CHECK_THROWS_WITH_AS(refuse_names(of_length(101)),
                         doctest::Contains("the name has 101 characters, and the migrations table "
                                           "takes 100; rename the file"),
                         ConfigError);
}
