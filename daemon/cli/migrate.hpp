// SPDX-License-Identifier: MIT
#pragma once

// What the commands `rowbot migrate …` share.

#include "cli/commands.hpp"
#include "cli/log_event.hpp"

namespace rowbot::cli
{

/// The options of migrate() as the command line has them: the folder defaults to `migrations`,
/// unless the program brings migrations of its own.
MigrateOptions migrate_options(CommandLine const& line, Migrations const& migrations);

/// Calls `action` with the options for each schema that --schema means; a pattern (`tenant_%`) is
/// every schema that it matches. Errors are told, as JSON with --log-format json, and the other
/// schemas have their turn. Returns the gravest exit code. Throws ConfigError for a pattern that
/// matches none.
ExitCode for_each_schema(CommandLine const& line, MigrateOptions options,
                         std::function<ExitCode(MigrateOptions const&)> const& action);

/// Tells what migrate() does on standard error, as lines for people or JSON.
class MigrationLines final : public MigrationObserver
{
public:
    /// `schema` is told with each line; empty: there is only one.
    explicit MigrationLines(CommandLine const& line, std::string schema = {})
        : line_(line), schema_(std::move(schema))
    {
    }

    void waiting(std::string const& why) override;
    void started(std::string const& file) override;
    void applied(AppliedMigration const& migration, std::chrono::nanoseconds took) override;
    void warning(std::string const& text) override;
    void failed(MigrationError const& error);

private:
    void write(LogEvent event);

    CommandLine const& line_;
    std::string schema_;
};

} // namespace rowbot::cli
