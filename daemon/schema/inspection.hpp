// SPDX-License-Identifier: MIT
#pragma once

#include "schema/plan.hpp"

#include <rowbot/migrate.hpp>

namespace rowbot::schema
{

/// The files of a folder, or those from memory. Throws ConfigError where both or neither are given.
std::vector<MigrationFile> load(MigrateOptions const& options);

/// Connects, waiting as long as `connect_wait` allows. Throws what the last attempt threw.
std::unique_ptr<Session> connect(MigrateOptions const& options, std::string const& purpose);

/// What there is to do, without doing anything and without a lock.
struct Inspection {
    std::vector<MigrationFile> files{};
    std::optional<std::vector<AppliedRow>> rows{}; ///< None: there is no migrations table yet.
    Plan plan{};
};

Inspection inspect(Session& session, MigrateOptions const& options, MigrationsTable const& table);

/// What keeps the pending files from being run, found without running them: their text (a COMMIT,
/// a setting that leaks, a psql command, …) and what they are (.js, invalid UTF-8). Throws
/// MigrationError with the first of them and the number of the others; ConfigError for names that
/// do not fit.
void check_pending(Inspection const& found);

} // namespace rowbot::schema
