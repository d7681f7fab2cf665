// SPDX-License-Identifier: MIT

// What the tests of postgres-migrations 5.3.0 promise its users (migrate, create), in our words, as
// far as it is not in the other tests of migrations.

#include "migrations_folder.hpp"
#include "private_server.hpp"
#include "program.hpp"

#include <future>

using rowbot::ConfigError;
using rowbot::MigrationError;

namespace
{

std::string with(TemporaryDatabase const& db, std::string const& keyword, std::string const& value)
{
    return db.url() + " " + keyword + "=" + value; // of two equal keywords libpq takes the later
}

rowbot::MigrateOptions options_at(std::string const& connection, MigrationsFolder const& folder)
{
    rowbot::MigrateOptions options;
    options.connection = connection;
    options.directory = folder.path().string();
    options.connect_wait = std::chrono::milliseconds{0};
    return options;
}

/// What both say about a connection that leads nowhere.
std::string trouble_at(std::string const& connection)
{
    MigrationsFolder const folder;
    std::string const of_migrate = thrown_by<pqxx::broken_connection>([&] {
                                       rowbot::migrate(options_at(connection, folder));
                                   }).what();
    std::string const of_create_db = thrown_by<pqxx::broken_connection>([&] {
                                         rowbot::create_db("rowbot_never_there", connection);
                                     }).what();
    return of_migrate + of_create_db;
}

/// How often a text is in another.
int count(std::string const& text, std::string const& part)
{
    int found = 0;
    for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++found;
    return found;
}

/// Drops a database at the end.
class Dropped
{
public:
    explicit Dropped(TemporaryDatabase const& db) : name(db.name() + "_more"), db_(db) {}
    ~Dropped() { db_.exec("DROP DATABASE IF EXISTS " + name); }
    Dropped(Dropped const&) = delete;
    Dropped& operator=(Dropped const&) = delete;

    std::string const name;

private:
    TemporaryDatabase const& db_;
};

} // namespace

TEST_CASE("two programs that build an index concurrently at once do not deadlock")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_t.sql", "CREATE TABLE t (x int)");
    run(db, folder);
    folder.write("2_i.sql", "-- postgres-migrations disable-transaction\n"
                            "CREATE INDEX CONCURRENTLY t_x ON t (x)");
    auto options = options_for(db, folder);
    options.lock_wait = std::chrono::minutes{1};
    auto other = std::async(std::launch::async, [&] { return rowbot::migrate(options); });
    auto const here = rowbot::migrate(options);
    CHECK(here.size() + other.get().size() == 1);
    CHECK(db.value("SELECT indisvalid FROM pg_index WHERE indexrelid = 't_x'::regclass") == "t");
}

TEST_CASE("a second run applies what was added since the first")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_success.sql", "CREATE TABLE success (id int)");
    CHECK(run(db, folder) == "1_success.sql");
    CHECK(exists(db, "success") == "t");
    folder.write("2_more-success.sql", "CREATE TABLE more_success (id int)");
    CHECK(run(db, folder) == "2_more-success.sql");
    CHECK(exists(db, "more_success") == "t");
}

TEST_CASE("a program in place of a .js file may make its SQL as it likes")
{
    TemporaryDatabase const db;
    rowbot::MigrateOptions options;
    options.connection = db.url();
    options.migrations = {{.file = "1_complex.sql", .up = [](rowbot::Transaction& tx) {
                               for (auto const* const name : {"one", "two"})
                                   tx.exec("CREATE TABLE " + std::string(name) + " (id int)");
                           }}};
    CHECK(files_of(rowbot::migrate(options)) == "1_complex.sql");
    options.migrations.push_back({.file = "2_more.sql", .sql = "CREATE TABLE three (id int)"});
    CHECK(files_of(rowbot::migrate(options)) == "2_more.sql");
    CHECK(exists(db, "one") + exists(db, "two") + exists(db, "three") == "ttt");
}

TEST_CASE("migrations that are named nowhere are an error that says how to name them")
{
    TemporaryDatabase const db;
    rowbot::MigrateOptions options;
    options.connection = db.url();
    says(thrown_by<ConfigError>([&] { rowbot::migrate(options); }),
         "no migrations were given; name their folder");
}

TEST_CASE("a user, a host and a port that are wrong are named")
{
    TemporaryDatabase const db;
    CHECK(count(trouble_at(with(db, "user", "nobody_here")), "role \"nobody_here\"") == 2);
    CHECK(count(trouble_at(with(db, "host", "silly.invalid")), "silly.invalid") >= 2);
    CHECK(count(trouble_at(with(db, "port", "1234")), "1234") >= 2);
}

TEST_CASE("a password that is wrong is said to be")
{
    PrivateServer const server;
    {
        pqxx::connection connection(server.url());
        pqxx::nontransaction(connection).exec("ALTER ROLE postgres PASSWORD 'right'");
    }
    server.stop();
    run_as_server_user("echo local all all scram-sha-256 > data/pg_hba.conf", server.folder());
    server.start();
    CHECK(count(trouble_at(server.url() + " password=wrong"),
                "password authentication failed for user \"postgres\"") == 2);
    MigrationsFolder const folder;
    folder.write("1_a.sql", "SELECT 1");
    CHECK(rowbot::migrate(options_at(server.url() + " password=right", folder)).size() == 1);
    CHECK(rowbot::create_db("x", server.url() + " password=right"));
}

TEST_CASE("a database that does not exist is an error, unless it is created before")
{
    TemporaryDatabase const db;
    Dropped const more(db);
    MigrationsFolder const folder;
    folder.write("1_success.sql", "CREATE TABLE success (id int)");
    auto const options = options_at(with(db, "dbname", more.name), folder);
    says(thrown_by<pqxx::broken_connection>([&] { rowbot::migrate(options); }),
         "database \"" + more.name + "\" does not exist");
    CHECK(rowbot::create_db(more.name, db.url()));
    CHECK(files_of(rowbot::migrate(options)) == "1_success.sql");
    CHECK_FALSE(rowbot::create_db(more.name, db.url()));
    CHECK(rowbot::migrate(options).empty());
}

TEST_CASE("a database is created from any other one")
{
    TemporaryDatabase const db;
    Dropped const more(db);
    says(thrown_by<pqxx::broken_connection>(
             [&] { rowbot::create_db(more.name, db.url(), "nonexistent"); }),
         "database \"nonexistent\" does not exist");
    // Whatever the connection names, which need not be there yet.
    CHECK(rowbot::create_db(more.name, with(db, "dbname", "somethingsilly")));
    CHECK_FALSE(rowbot::create_db(more.name, db.url(), "template1"));
}

TEST_CASE("a database is created when the last one has left its template")
{
    PrivateServer const server; // nobody else may create a database meanwhile
    pqxx::connection observing(server.url());
    pqxx::nontransaction session(observing);
    auto visitor = std::make_unique<pqxx::connection>(server.url() + " dbname=template1");
    auto created =
        std::async(std::launch::async, [&] { return rowbot::create_db("x", server.url()); });
    await("the server to give up once", [&] {
        return !session
                    .exec("SELECT FROM pg_stat_activity WHERE state = 'idle' AND query LIKE "
                          "'CREATE DATABASE%'")
                    .empty();
    });
    visitor.reset();
    CHECK(created.get());
}

TEST_CASE("a database without a name is refused")
{
    TemporaryDatabase const db;
    says(thrown_by<ConfigError>([&] { rowbot::create_db("", db.url()); }),
         "'' cannot be the name of a database");
    CHECK_THROWS_AS(rowbot::create_db(std::string(64, 'x'), db.url()), ConfigError);
}

TEST_CASE("files that do not fit are named, and nothing is run")
{
    TemporaryDatabase const db;
    auto const trouble_of = [&](std::vector<std::string> const& files) {
        MigrationsFolder const folder;
        for (auto const& file : files) folder.write(file, "CREATE TABLE t ()");
        std::string const what = thrown_by<ConfigError>([&] { run(db, folder); }).what();
        CHECK(exists(db, "t") + exists(db, "migrations") == "ff");
        return what.substr(0, what.find(';'));
    };
    std::string const gap = "Found a non-consecutive migration ID on file: ";
    CHECK(trouble_of({"1_a.sql", "3_c.sql"}) == gap + "'3_c.sql'");
    CHECK(trouble_of({"2_b.sql"}) == gap + "'2_b.sql'");
    CHECK(trouble_of({"-1_negative.sql"}) == gap + "'-1_negative.sql'");
    CHECK(trouble_of({"1_a.sql", "1_b.sql"}) == gap + "'1_b.sql'");
    CHECK(trouble_of({"migrate-this.sql"}) == "'migrate-this.sql' does not begin with a number");
    CHECK(trouble_of({"1_program.js"}).starts_with("1_program.js: a program for Node"));
}

TEST_CASE("a folder that is not there is an error, an empty one is none")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    CHECK(run(db, folder).empty());
    auto options = options_for(db, folder);
    options.directory = "not/real/path";
    says(thrown_by<ConfigError>([&] { rowbot::migrate(options); }), "not/real/path");
}

TEST_CASE("a syntax error is told as PostgreSQL tells it")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_syntax.sql", "CREATE TABBLE oops (id int)");
    auto const error = thrown_by<MigrationError>([&] { run(db, folder); });
    says(error, "1_syntax.sql:1:8: SQLSTATE 42601: syntax error at or near \"TABBLE\"");
}
