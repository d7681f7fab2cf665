// SPDX-License-Identifier: MIT
#pragma once

// The two programs that share a database, as processes. Their sessions bear their names.

#include "../database/migrations_folder.hpp"
#include "child_process.hpp"

/// A program of Node.js that calls migrate() of postgres-migrations 5.3.0, or of another version
/// that package.json names. It says `[1_a.sql 2_b.sql]`, what was applied.
class Node : public ChildProcess
{
public:
    Node(TemporaryDatabase const& db, MigrationsFolder const& folder,
         std::string const& package = "postgres-migrations");
};

/// `rowbot migrate` with these words, on the database that a connection string leads to.
class Rowbot : public ChildProcess
{
public:
    Rowbot(std::string const& url, MigrationsFolder const& folder,
           std::vector<std::string> const& words);
};

/// The exit code and what was said: `0: [1_a.sql]`.
std::string end_of(ChildProcess& program);

/// The same of a new one; Rowbot's says no more than it must.
std::string node(TemporaryDatabase const& db, MigrationsFolder const& folder,
                 std::string const& package = "postgres-migrations");
std::string rowbot_migrate(TemporaryDatabase const& db, MigrationsFolder const& folder,
                           std::string const& command);
