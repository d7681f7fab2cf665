// SPDX-License-Identifier: MIT
#include "cli/migrate.hpp"
#include "cli/terminal_text.hpp"
#include "schema/inspection.hpp"

namespace rowbot::cli
{
namespace
{

ExitCode show_pending(MigrateOptions const& options, std::ostream& out)
{
    auto const session = schema::connect(options, "rowbot migrate");
    schema::MigrationsTable const table(*session, options.schema, options.table);
    auto const found = schema::inspect(*session, options, table);
    for (auto const& error : found.plan.errors) throw MigrationError(error);
    schema::check_pending(found);
    for (auto const& file : found.plan.pending) {
        out << "-- " << printable(file.file) << '\n';
        for (auto const& needed : file.requirements)
            out << "-- requires " << printable(needed.table + "/" + needed.upgrade) << '\n';
        out << (file.up ? "-- (a function of this program)" : file.sql) << '\n';
    }
    if (found.plan.pending.empty())
        out << printable(table.name()) << ": nothing is to be applied\n";
    return ExitCode::done;
}

} // namespace

ExitCode migrate_up(CommandLine const& line, Program const& program, std::ostream& out)
{
    return for_each_schema(
        line, migrate_options(line, program.migrations), [&](MigrateOptions const& options) {
            if (line.dry_run) return show_pending(options, out);
            auto const applied = migrate(options);
            if (!options.schema.empty()) out << printable(options.schema) << ": ";
            if (!applied.empty())
                out << applied.size() << (applied.size() == 1 ? " migration" : " migrations")
                    << " applied, ";
            out << "up to date";
            if (options.to) out << " as far as --to " << *options.to;
            out << '\n';
            return ExitCode::done;
        });
}

} // namespace rowbot::cli
