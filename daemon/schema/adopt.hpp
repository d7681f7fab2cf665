// SPDX-License-Identifier: MIT
#pragma once

#include "schema/bookkeeping.hpp"

namespace rowbot::schema
{

/// Takes over a database that another tool has migrated so far, and returns what was found and
/// done, a line each. A table of postgres-migrations 1 to 5 or of its fork is used as it is: files
/// and rows are compared, nothing is changed. For dbmate and golang-migrate, whose files are in
/// `from`, files are written into the empty folder of `options`: one baseline of all that is
/// applied, recorded as applied, and one for each that is not. Throws ConfigError for any other
/// tool, by name, and MigrationError where an applied file has changed.
std::vector<std::string> adopt(MigrateOptions const& options, std::string const& from);

} // namespace rowbot::schema
