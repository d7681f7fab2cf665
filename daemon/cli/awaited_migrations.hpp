// SPDX-License-Identifier: MIT
#pragma once

// Which migrations `run` waits for, and where they are recorded.

#include "cli/commands.hpp"

namespace rowbot::cli
{

/// The table that `migrate` records its migrations in, as --migrations-table has it, quoted where
/// PostgreSQL needs it. Where --schema is a pattern nobody can say whose it is: then without one.
std::string migrations_table(MigrateOptions const& options);

/// Those that `run` waits for; none where neither a folder nor the program has any. Throws
/// ConfigError where the settings name two tables, or many.
std::optional<MigrateOptions> awaited_migrations(CommandLine const& line, Program const& program);

} // namespace rowbot::cli
