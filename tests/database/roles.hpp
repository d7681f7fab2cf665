// SPDX-License-Identifier: MIT
#pragma once

// Who the tests of the worker and of the commands are: `run` and `cleanup` walk as a role that has
// the rights that `rowbot grant` prints and no others, `status` and `gate` look as another one.
// What pauses, prepares and migrates is the owner, a superuser.

#include "store/grants.hpp"
#include "temporary_database.hpp"

/// The connection string of a test's database, for the role of that database that may do this with
/// these tables, and with those that are registered. It gets its rights anew each time. The string
/// as it is where it is not a TemporaryDatabase's own, or where there is nothing to grant: a table
/// that does not fit, no state to look at.
std::string as_role(std::string const& url, rowbot::Access access,
                    std::vector<rowbot::Table> tables,
                    std::string const& migrations_table = "migrations");

/// For a test that must be the owner; it says why.
std::string as_owner(TemporaryDatabase const& db);

/// The role that walks this database, for rights on what an upgrade or a trigger touches.
std::string walker(TemporaryDatabase const& db);

/// The arguments of a program with their `--database` for the role of their command.
std::vector<std::string> as_role(std::vector<std::string> arguments,
                                 std::vector<rowbot::Table> const& tables);
