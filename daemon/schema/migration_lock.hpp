// SPDX-License-Identifier: MIT
#pragma once

// One program at a time migrates. Two locks say so: the advisory lock of postgres-migrations, which
// keeps its programs out and belongs to a session, and a record in rowbot.migration_lock with an
// owner and a lease, which works behind a transaction pooler too, where sessions are shared and an
// advisory lock would be another client's.

#include "schema/deadline.hpp"
#include "schema/migrations_table.hpp"

#include <rowbot/migrate.hpp>

#include <atomic>
#include <condition_variable>
#include <thread>

namespace rowbot::schema
{

/// The lock has gone to another program, because this one gave no sign of life for a lease.
class LockLost : public Error
{
public:
    using Error::Error;
};

class MigrationLock
{
public:
    /// Waits for both locks, telling the observer who holds them. Throws NotYetError after
    /// `lock_wait`, or when the deadline of the run is over. `options` must outlive it.
    MigrationLock(MigrateOptions const& options, std::string table,
                  Deadline const* deadline = nullptr);
    ~MigrationLock();
    MigrationLock(MigrationLock const&) = delete;
    MigrationLock& operator=(MigrationLock const&) = delete;

    /// To be called in a migration's transaction as the first thing. Behind a pooler it takes the
    /// advisory lock for this transaction; false: postgres-migrations has it, roll back and wait.
    bool enter(Session& session) const;
    /// To be called right before COMMIT: from here on nobody can take the lock over until the
    /// transaction ends. Throws LockLost.
    void confirm(Session& session) const;

    /// Whether the only way to the database is a pooler.
    bool pooled() const noexcept { return pooled_; }

private:
    /// Takes both where they are free; otherwise who holds them.
    std::string attempt();
    void keep(std::stop_token stop);

    MigrateOptions const& options_;
    std::string const table_, owner_, token_;
    Session session_; ///< The keeper's, as soon as that runs.
    bool const pooled_;
    bool advisory_ = false;
    std::string advisory_pid_ = "0"; ///< Of the server process that has the advisory lock.
    std::atomic<bool> lost_ = false;
    std::mutex sleeping_{};
    std::condition_variable_any stopped_{};
    std::jthread keeper_{}; // last: ends before what it uses
};

/// Who migrates now, as far as the record says; empty: nobody.
std::string lock_holder(Session& session, std::string const& table);

/// Whose session has the advisory lock; empty: nobody's.
std::string advisory_holder(Session& session);

/// Takes the lock of a program away that is known to be dead (`rowbot migrate unlock`); an advisory
/// lock cannot be taken away, only its session be ended. Returns who held it; empty: nobody.
std::string unlock(Session& session, std::string const& table);

} // namespace rowbot::schema
