// SPDX-License-Identifier: MIT
#pragma once

// Runs one migration. Each has a connection of its own, so that nothing that it sets reaches the
// bookkeeping or the next one, and leaves either the whole of it and its row, or nothing; outside
// of a transaction, a record of how far it came.

#include "schema/deadline.hpp"
#include "schema/migration_lock.hpp"

namespace rowbot::schema
{

/// What all migrations of a run have in common.
struct Run {
    MigrateOptions const& options;
    MigrationsTable const& table;
    MigrationLock const& lock;
    Deadline& deadline;
};

/// Another program has applied migrations meanwhile (behind a pooler nothing keeps
/// postgres-migrations out between two transactions): look again.
class Overtaken : public Error
{
public:
    using Error::Error;
};

/// An upgrade that a migration requires is not complete.
class UpgradeMissing : public NotYetError
{
public:
    using NotYetError::NotYetError;
};

/// In one transaction, with the row. Locks that it does not get within `lock_timeout` are asked
/// for again from the beginning, for `lock_retry`. Throws MigrationError, NotYetError,
/// LockLost, Overtaken.
void run_in_transaction(Run const& run, MigrationFile const& file);

/// Statement by statement, going on where an earlier run stopped. What can be in a transaction is
/// committed together with the record that it was done. Throws as above, after the file's rollback,
/// if it has one.
void run_outside_transaction(Run const& run, MigrationFile const& file);

/// Runs the file's rollback, if it has one, and says so in the error that it returns.
MigrationError after_rollback(Run const& run, MigrationFile const& file,
                              MigrationError const& error);

/// It has asked for its locks for `lock_retry`; `last` is what the server said in the end.
NotYetError locks_missing(MigrationFile const& file, std::exception const& last);

/// The session's encoding and timeouts, and `schema` in front of its search path, for either;
/// `local` for one transaction only.
void set_session(Session& session, MigrateOptions const& options, bool local);

/// In the caller's transaction, as its last statements before COMMIT: the row, the version, and a
/// last look at the lock.
void record_applied(Run const& run, Session& session, MigrationFile const& file);

/// In the caller's transaction: the whole text (or function) of a migration. Throws MigrationError;
/// a lock timeout and a deadlock pass through as libpqxx threw them.
void run_text(Run const& run, Session& session, MigrationFile const& file);
void run_function(Run const& run, Session& session, MigrationFile const& file,
                  std::function<void(Transaction&)> const& function);

} // namespace rowbot::schema
