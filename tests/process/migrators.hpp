// SPDX-License-Identifier: MIT
#pragma once

// Ten programs `rowbot migrate up` at once, with PgBouncer between and leases of a second, and
// what they share: a folder of migrations. One that a test kills is replaced.

#include "../database/migrations_folder.hpp"
#include "child_process.hpp"
#include "pgbouncer.hpp"

class Migrators
{
public:
    explicit Migrators(TemporaryDatabase const& db) : db_(db), pool_(db) {}

    /// `5_x5.sql` with the number 5.
    void write(int id, std::string const& sql) const;
    void start();
    /// Stops the one that has the lock, so that it learns nothing of what the server does next.
    void freeze();
    /// Kills that one, and starts another.
    void kill();
    /// What those said that did not end with success; waits for the end of all.
    std::string failures();

private:
    std::unique_ptr<ChildProcess> one() const;

    TemporaryDatabase const& db_;
    PgBouncer const pool_;
    MigrationsFolder const folder_{};
    std::vector<std::unique_ptr<ChildProcess>> programs_{};
    std::unique_ptr<ChildProcess>* migrating_ = nullptr; ///< The one that was frozen.
};
