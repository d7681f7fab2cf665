// SPDX-License-Identifier: MIT
#pragma once

// The whole program in one call: an application's own daemon is a main() that names its tables.

#include <rowbot/migrate.hpp>
#include <rowbot/table.hpp>

namespace rowbot
{

/// Runs the command line (`run`, `status`, `gate`, …; see daemon/README.md) for these tables and
/// returns the exit code: 0 done, 3 not yet, 64 asked wrongly, 69 database unreachable, 70 failed
/// while working. Passwords of connection strings in argv are overwritten with stars, because the
/// list of processes shows it; where --password-file is given, PGPASSWORD of this process is set:
/// call it before other threads start. SIGTERM and SIGINT stop it at the next row boundary.
/// `migrations` are what `migrate` applies where no folder is named. Throws nothing.
int run_daemon(int argc, char* argv[], std::vector<Table> tables,
               std::vector<Migration> migrations = {});

} // namespace rowbot
