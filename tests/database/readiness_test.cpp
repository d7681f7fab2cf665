// SPDX-License-Identifier: MIT
#include "migrations_folder.hpp"

#include <rowbot/readiness.hpp>
#include <rowbot/settings.hpp>

#include "schema/bookkeeping.hpp"

#include <nlohmann/json.hpp>

using nlohmann::json;
using rowbot::Readiness;
using rowbot::ReadyWhen;

namespace
{

/// `ready`, or why not, a reason a line.
std::string state_of(Readiness& readiness)
{
    auto const report = readiness.check();
    CHECK(report.ready == report.reasons.empty());
    if (report.ready) return "ready";
    std::string text;
    for (auto const& reason : report.reasons) text += (text.empty() ? "" : "\n") + reason;
    return text;
}

std::string state_of(rowbot::MigrateOptions const& options, ReadyWhen when = ReadyWhen::migrated)
{
    Readiness readiness(options, when);
    return state_of(readiness);
}

} // namespace

TEST_CASE("a service is ready when every migration is applied")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "SELECT 1");
    folder.write("2_b.sql", "SELECT 1");
    auto const options = options_for(db, folder);
    CHECK(state_of(options) ==
          "migration 1_a.sql is not applied\nmigration 2_b.sql is not applied");
    CHECK(exists(db, "migrations") == "f");
    rowbot::migrate(options);
    CHECK(state_of(options) == "ready");
    folder.write("2_b.sql", "SELECT 2");
    CHECK(state_of(options).starts_with("2_b.sql has changed since it was applied"));
}

TEST_CASE("what was once ready stays ready")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "SELECT 1");
    auto const options = options_for(db, folder);
    rowbot::migrate(options);
    Readiness readiness(options);
    CHECK(state_of(readiness) == "ready");
    db.exec("DROP TABLE migrations");
    CHECK(state_of(readiness) == "ready");
}

TEST_CASE("a database that cannot be reached is a reason, files that do not fit are an error")
{
    MigrationsFolder const folder;
    folder.write("1_a.sql", "SELECT 1");
    rowbot::MigrateOptions options;
    options.connection = "host=/nowhere";
    options.directory = folder.path().string();
    CHECK(state_of(options).starts_with("the database cannot be asked: "));
    folder.write("3_c.sql", "SELECT 1");
    CHECK_THROWS_AS(Readiness{options}, rowbot::ConfigError);
}

TEST_CASE("a reason shows no password of a connection string that libpq quotes")
{
    MigrationsFolder const folder;
    folder.write("1_a.sql");
    rowbot::MigrateOptions options;
    options.connection = "postgresql://rowbot:secret@[::1]x/db"; // libpq shows it all
    options.directory = folder.path().string();
    auto const state = state_of(options);
    CAPTURE(state);
    CHECK(state.find("rowbot:***@[::1]x") != std::string::npos);
    CHECK(state.find("secret") == std::string::npos);
}

TEST_CASE("a service that waits for upgrades is ready when each was once proved")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    auto const options = options_for(db, folder);
    CHECK(state_of(options) == "ready");
    CHECK(state_of(options, ReadyWhen::upgraded) ==
          "no upgrade was ever registered in this database");
    folder.write("1_a.sql", "SELECT 1");
    rowbot::migrate(options);
    db.exec("INSERT INTO rowbot.upgrade (table_name, name, state) VALUES ('public.article', "
            "'content', 'running'), ('public.article', 'old', 'retired')");
    CHECK(state_of(options) == "ready");
    CHECK(state_of(options, ReadyWhen::upgraded) ==
          "upgrade public.article/content is not complete");
    db.exec("UPDATE rowbot.upgrade SET proved_at = now() WHERE name = 'content'");
    CHECK(state_of(options, ReadyWhen::upgraded) == "ready");
}

TEST_CASE("a service that was once ready does not wait for upgrades of later programs")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "SELECT 1");
    auto const options = options_for(db, folder);
    rowbot::migrate(options);
    db.exec("INSERT INTO rowbot.upgrade (table_name, name, state, proved_at) VALUES "
            "('public.article', 'content', 'complete', now())");
    Readiness readiness(options, ReadyWhen::upgraded);
    CHECK(state_of(readiness) == "ready");
    db.exec("INSERT INTO rowbot.upgrade (table_name, name, state) VALUES ('public.article', "
            "'later', 'running')");
    CHECK(state_of(readiness) == "ready");
    CHECK(state_of(options, ReadyWhen::upgraded) == "upgrade public.article/later is not complete");
    // Rows that lack it again, with a new walk, change nothing: it was once proved.
    db.exec("UPDATE rowbot.upgrade SET proved_at = now() WHERE name = 'later';"
            "UPDATE rowbot.upgrade SET state = 'running'");
    CHECK(state_of(options, ReadyWhen::upgraded) == "ready");
}

TEST_CASE("a setting is a JSON value that SQL sees")
{
    TemporaryDatabase const db;
    rowbot::Settings settings(db.url());
    CHECK_FALSE(settings.get("page").has_value());
    settings.set("page", {{"size", 20}, {"name", "größe \"x\""}});
    CHECK(settings.get("page") == json{{"size", 20}, {"name", "größe \"x\""}});
    CHECK(db.value("SELECT value->>'size' FROM rowbot.setting WHERE key = 'page'") == "20");
    settings.set("page", nullptr);
    REQUIRE(settings.get("page").has_value());
    CHECK(settings.get("page")->is_null());
    CHECK(settings.erase("page"));
    CHECK_FALSE(settings.erase("page"));
    CHECK_FALSE(settings.get("page").has_value());
}

TEST_CASE("the schema's version is a setting that nobody else may set")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_a.sql", "SELECT 1");
    folder.write("2_b.sql", "SELECT 1");
    run(db, folder);
    rowbot::Settings settings(db.url());
    CHECK(settings.get("schema_version/public.migrations") == json(2));
    folder.write("3_c.sql", "SELECT 1");
    rowbot::schema::baseline(options_for(db, folder), 3);
    CHECK(settings.get("schema_version/public.migrations") == json(3));
    CHECK_THROWS_AS(settings.set("schema_version/public.migrations", 3), rowbot::ConfigError);
    CHECK_THROWS_AS(settings.erase("state_version"), rowbot::ConfigError);
    CHECK(settings.get("schema_version/public.migrations") == json(3));
}

TEST_CASE("settings connect again after their connection was lost")
{
    TemporaryDatabase const db;
    rowbot::Settings settings(db.url());
    settings.set("a", 1);
    db.exec("SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE datname = "
            "current_database() AND pid <> pg_backend_pid()");
    CHECK_THROWS_AS(settings.get("a"), pqxx::broken_connection);
    CHECK(settings.get("a") == json(1));
}
