// SPDX-License-Identifier: MIT
#include "cli/migrate.hpp"
#include "cli/option_values.hpp"
#include "cli/terminal_text.hpp"
#include "schema/adopt.hpp"
#include "schema/migration_lock.hpp"
#include "schema/new_file.hpp"
#include "store/state_schema.hpp"

#include <limits>

namespace rowbot::cli
{
namespace
{

int migration_number(std::string const& text)
{
    return whole_number(text, 1, std::numeric_limits<int>::max());
}

void print(std::vector<std::string> const& lines, std::ostream& out)
{
    for (auto const& line : lines) out << printable(line) << '\n';
}

} // namespace

ExitCode migrate_new(CommandLine const& line, Program const&, std::ostream& out)
{
    auto const directory =
        line.migrate.directory.empty() ? std::string("migrations") : line.migrate.directory;
    out << schema::create_file(directory, line.arguments.at(0)).string() << '\n';
    return ExitCode::done;
}

ExitCode migrate_baseline(CommandLine const& line, Program const& program, std::ostream& out)
{
    auto const last = migration_number(line.arguments.at(0));
    return for_each_schema(line, migrate_options(line, program.migrations),
                           [&](MigrateOptions const& options) {
                               for (auto const& migration : schema::baseline(options, last))
                                   out << printable(migration.file) << ": recorded as applied\n";
                               return ExitCode::done;
                           });
}

ExitCode migrate_repair(CommandLine const& line, Program const& program, std::ostream& out)
{
    using schema::Begun;
    std::optional<int> id;
    if (!line.arguments.empty()) id = migration_number(line.arguments[0]);
    if (!line.begun.empty() && !id)
        throw ConfigError("--begun: name the migration: " + line.program +
                          " migrate repair N --begun " + line.begun);
    auto const begun = line.begun == "done"    ? Begun::done
                       : line.begun == "again" ? Begun::again
                                               : Begun::unknown;
    return for_each_schema(line, migrate_options(line, program.migrations),
                           [&](MigrateOptions const& options) {
                               auto const done = schema::repair(options, id, begun);
                               print(done, out);
                               if (done.empty()) out << "there was nothing to repair\n";
                               return ExitCode::done;
                           });
}

ExitCode migrate_adopt(CommandLine const& line, Program const& program, std::ostream& out)
{
    return for_each_schema(line, migrate_options(line, program.migrations),
                           [&](MigrateOptions const& options) {
                               print(schema::adopt(options, line.from), out);
                               return ExitCode::done;
                           });
}

ExitCode migrate_unlock(CommandLine const& line, Program const& program, std::ostream& out)
{
    return for_each_schema(
        line, migrate_options(line, program.migrations), [&](MigrateOptions const& options) {
            auto const session = schema::connect(options, "rowbot migrate");
            schema::MigrationsTable const table(*session, options.schema, options.table);
            auto const owner =
                has_state_schema(*session) ? schema::unlock(*session, table.name()) : "";
            out << printable(owner.empty() ? "nobody held the lock" : "taken from " + owner)
                << '\n';
            if (auto const holder = schema::advisory_holder(*session); !holder.empty())
                out << printable(
                           "postgres-migrations' lock belongs to a session and goes with it: " +
                           holder)
                    << '\n';
            return ExitCode::done;
        });
}

ExitCode migrate_create_db(CommandLine const& line, Program const&, std::ostream& out)
{
    auto const& name = line.arguments.at(0);
    bool const created = create_db(name, line.worker.connection);
    out << printable(name) << (created ? ": created\n" : ": exists already\n");
    return ExitCode::done;
}

} // namespace rowbot::cli
