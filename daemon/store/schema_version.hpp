// SPDX-License-Identifier: MIT
#pragma once

#include "store/catalog.hpp"

namespace rowbot
{

/// The last schema migration that is applied, as the migrations table has it; 0: none.
int last_migration(Session& session, std::string const& migrations_table);

/// A table with its upgrades up to the first that needs a later migration: those behind it may
/// build on that one, and columns of theirs may not be there yet.
struct ReadyPart {
    Table table{};
    std::string waits_for{}; ///< What keeps the others back; empty: there are none.
};

ReadyPart ready_part(Table table, int last_migration);

/// The same by asking the database, if an upgrade needs a migration at all.
ReadyPart ready_part(Session& session, Table table, std::string const& migrations_table);

} // namespace rowbot
