// SPDX-License-Identifier: MIT
#pragma once

// 50 migrations: 10 and 30 have two statements, 20 and 40 run outside a transaction, one with
// CREATE INDEX CONCURRENTLY and one with VACUUM, the others have one statement. These are the
// gates, of file 20 for example, each at the end of what it names:
//
//   20: statement 1          a statement of the file
//   20: 1 begun              the record that a statement after the first is begun by itself
//   20: 1 done               the record that the first one is done
//   20: 1 done, committed    its transaction
//   20: cleared              the end of these records
//   20: recorded             the row of the migrations table
//   20: version              the version of the schema in rowbot.setting
//   20: committed            the transaction of that row

#include "gates.hpp"
#include "migrators.hpp"

void write_fifty_migrations(Migrators const& programs);

void check_that_each_was_applied_once(TemporaryDatabase const& db);
