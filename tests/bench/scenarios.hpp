// SPDX-License-Identifier: MIT
#pragma once

// Each scenario fills its tables, measures, prints what came, and adds its targets.

#include "options.hpp"
#include "report.hpp"
#include "server.hpp"

namespace bench
{

struct Bench {
    Options const& options;
    Server& server;
    Targets& targets;
};

/// JSON text to jsonb, bigint key: SQL UPDATE, PL/pgSQL loop, Rowbot, a statement a row; also the
/// first tenth of Rowbot's walk against the last.
void main_scenario(Bench const& bench);
/// The same with a random UUID key and checkpoints inside the run.
void uuid_scenario(Bench const& bench);
/// Five pending upgrades against one.
void five_scenario(Bench const& bench);
/// The daemon's memory with rows of 10 kB.
void memory_scenario(Bench const& bench);
/// What it costs to verify a table that is complete.
void verify_scenario(Bench const& bench);
/// What it costs to make domain objects of up-to-date rows.
void domain_scenario(Bench const& bench);
/// What `migrate up` costs where everything is applied: at each start of an application.
void migrate_scenario(Bench const& bench);
/// What the pages cost that are asked of the daemon while it walks.
void http_scenario(Bench const& bench);

} // namespace bench
