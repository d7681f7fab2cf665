// SPDX-License-Identifier: MIT
#pragma once

// The command lines of the contestants.

#include "child.hpp"
#include "server.hpp"

namespace bench
{

/// `run --once --duty 1` with the tables of that name, and a log that walk_times() reads.
Command daemon_run(Server const& server, std::string const& tables);
/// `run --duty 1` that serves its pages on that socket and goes on until it is told to stop.
Command daemon_serve(Server const& server, std::string const& tables, std::string const& socket);
Command daemon_gate(Server const& server, std::string const& table);
/// `sql-update`, `keyset-loop`, `statement-a-row ROWS`.
Command client(Server const& server, std::string const& method, std::int64_t rows = 0);
/// With the migrations of that folder.
Command migrate_up(Server const& server, std::string const& folder);
Command domain(Server const& server, std::int64_t rows);

} // namespace bench
