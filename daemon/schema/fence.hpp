// SPDX-License-Identifier: MIT
#pragma once

// A set of migrations that has failed is not run again at once by a container that is started over
// and over: each failure doubles the pause, from 5 s to 10 min. An edit makes it another set.

#include "schema/plan.hpp"

namespace rowbot::schema
{

/// What a set of pending migrations is known by: their names and hashes.
std::string set_hash(std::span<MigrationFile const> pending);

/// Throws MigrationError with the last failure where this set is not to be run yet.
void check_fence(Session& session, std::string const& table,
                 std::span<MigrationFile const> pending);

void record_failure(Session& session, std::string const& table,
                    std::span<MigrationFile const> pending, std::string const& file,
                    std::string const& message);

/// False where nothing had failed.
bool clear_fence(Session& session, std::string const& table);

} // namespace rowbot::schema
