// SPDX-License-Identifier: MIT
#include "cli/migrate.hpp"

#include "cli/terminal_text.hpp"
#include "schema/inspection.hpp"
#include "store/password.hpp"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <sstream>

namespace rowbot::cli
{

using namespace std::chrono_literals;

namespace
{

bool wants(CommandLine const& line, Level level)
{
    auto const lowest = line.log_level == "debug"     ? Level::debug
                        : line.log_level == "info"    ? Level::info
                        : line.log_level == "warning" ? Level::warning
                                                      : Level::error;
    return level >= lowest;
}

/// Everybody's schemas that match, without PostgreSQL's own. `_` is a letter here as elsewhere.
std::vector<std::string> matching(MigrateOptions const& options)
{
    auto const session = schema::connect(options, "rowbot migrate");
    std::vector<std::string> names;
    for (auto const& row :
         session->exec("SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname LIKE "
                       "replace($1, '_', '\\_') AND nspname !~ '^pg_' AND nspname NOT IN "
                       "('information_schema', 'rowbot') ORDER BY nspname",
                       {options.schema}))
        names.emplace_back(row[0].c_str());
    if (names.empty()) throw ConfigError("--schema: no schema matches '" + options.schema + "'");
    return names;
}

ExitCode run_one(MigrationLines& lines, MigrateOptions const& options,
                 std::function<ExitCode(MigrateOptions const&)> const& action)
{
    try {
        return action(options);
    } catch (MigrationError const& e) {
        lines.failed(e);
        return ExitCode::failed;
    } catch (NotYetError const& e) {
        lines.warning(std::string("not yet: ") + e.what());
        return ExitCode::not_yet;
    }
}

/// The same where what is wrong with one schema must not keep the others from their turn.
ExitCode run_one_of_many(MigrationLines& lines, MigrateOptions const& options,
                         std::function<ExitCode(MigrateOptions const&)> const& action)
{
    try {
        return run_one(lines, options, action);
    } catch (pqxx::broken_connection const&) {
        throw; // of all of them
    } catch (ConfigError const& e) {
        lines.failed(MigrationError(e.what()));
        return ExitCode::asked_wrongly;
    } catch (pqxx::failure const& e) {
        lines.failed(MigrationError(message_of(e)));
        return ExitCode::failed;
    } catch (Error const& e) {
        lines.failed(MigrationError(e.what()));
        return ExitCode::failed;
    }
}

} // namespace

MigrateOptions migrate_options(CommandLine const& line, Migrations const& migrations)
{
    auto options = line.migrate;
    options.connection = line.worker.connection;
    if (options.directory.empty() && migrations.empty()) options.directory = "migrations";
    if (options.directory.empty()) options.migrations = migrations;
    return options;
}

ExitCode for_each_schema(CommandLine const& line, MigrateOptions options,
                         std::function<ExitCode(MigrateOptions const&)> const& action)
{
    if (options.schema.find('%') == std::string::npos) {
        MigrationLines lines(line);
        options.observer = &lines;
        return run_one(lines, options, action);
    }
    auto gravest = ExitCode::done;
    auto const began = std::chrono::steady_clock::now();
    for (auto const& name : matching(options)) {
        if (line.migrate.timeout.count() != 0) // of the whole run
            options.timeout =
                std::max(1ms, std::chrono::ceil<std::chrono::milliseconds>(
                                  line.migrate.timeout + began - std::chrono::steady_clock::now()));
        MigrationLines lines(line, name);
        options.observer = &lines;
        options.schema = name;
        gravest = std::max(gravest, run_one_of_many(lines, options, action));
    }
    return gravest;
}

void MigrationLines::write(LogEvent event)
{
    if (!wants(line_, event.level)) return;
    if (!schema_.empty()) {
        event.sentence.insert(0, schema_ + ": ");
        event.fields.emplace_back("schema", schema_);
    }
    if (line_.log_format == "json") {
        std::cerr << json_line(event, std::chrono::system_clock::now()) << std::endl;
        return;
    }
    // Excerpts of files have lines of their own.
    std::istringstream text(event.sentence);
    for (std::string part; std::getline(text, part);) std::cerr << printable(part) << '\n';
    std::cerr.flush();
}

void MigrationLines::waiting(std::string const& why)
{
    auto const shown = without_password(why);
    write({Level::info, "migration_waiting", "waits: " + shown, {{"why", shown}}});
}

void MigrationLines::started(std::string const& file)
{
    write({Level::debug, "migration_started", file + " …", {{"file", file}}});
}

void MigrationLines::applied(AppliedMigration const& migration, std::chrono::nanoseconds took)
{
    auto const ms = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
    write({Level::info,
           "migration_applied",
           migration.file + "  applied in " + std::to_string(ms) + " ms",
           {{"id", migration.id}, {"file", migration.file}, {"took_ms", ms}}});
}

void MigrationLines::warning(std::string const& text)
{
    auto const shown = without_password(text);
    write({Level::warning, "migration_warning", shown, {{"text", shown}}});
}

void MigrationLines::failed(MigrationError const& error)
{
    auto const& where = error.where();
    // What is no error in a file may be one of the connection.
    auto const message = where.file.empty() ? without_password(error.what()) : error.what();
    write({Level::error,
           "migration_failed",
           message,
           {{"message", message},
            {"file", where.file},
            {"line", where.line},
            {"column", where.column},
            {"statement", where.statement},
            {"sqlstate", where.sqlstate},
            {"detail", where.detail},
            {"hint", where.hint}}});
}

} // namespace rowbot::cli
