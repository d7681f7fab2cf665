// SPDX-License-Identifier: MIT
#pragma once

// What changes the records of the migrations and nothing else. Each takes the lock, as a run does.

#include "schema/inspection.hpp"

namespace rowbot::schema
{

/// Records the migrations up to `last` as applied, without running them: the database has what they
/// say already. Returns those that were recorded. Throws ConfigError where there is no such one.
std::vector<AppliedMigration> baseline(MigrateOptions const& options, int last);

/// What to do with a statement that was begun by itself and whose end nobody knows.
enum class Begun : char { unknown, done, again };

/// Forgives: clears the last failure, and for `id`, takes the file's hash for the applied one's, or
/// forgets how far it came outside a transaction. With `begun` it goes on behind that statement, or
/// at it. Returns what was done, a line each; empty: nothing had to be.
std::vector<std::string> repair(MigrateOptions const& options, std::optional<int> id, Begun begun);

} // namespace rowbot::schema
