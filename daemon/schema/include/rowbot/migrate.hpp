// SPDX-License-Identifier: MIT
#pragma once

// Numbered schema migrations, run once each, in order, checked by their hashes: what
// postgres-migrations does, on the same table, under the same lock, so that either program can go
// on where the other stopped. Call migrate() when the application starts, before it serves.

#include <rowbot/errors.hpp>
#include <rowbot/transaction.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace rowbot
{

/// A migration that is part of the program instead of a file.
struct Migration {
    /// Named as a file would be, `3_add-sources.sql`: the number is its id, and the name is part of
    /// its hash, so it never changes.
    std::string file{};
    /// Its text, exactly as the file's; empty where `up` is given.
    std::string sql{};
    /// A program instead of a text. It runs in the migration's transaction, on its connection. Its
    /// hash is that of `file` alone: what it does cannot be checked.
    std::function<void(Transaction&)> up{};
    /// Runs in a transaction of its own after `up` has failed, to undo what it did elsewhere, or
    /// after `sql` has failed outside a transaction (with `-- postgres-migrations
    /// disable-transaction`); then migrate() throws. May be empty.
    std::function<void(Transaction&)> rollback{};
};

/// A row of the migrations table.
struct AppliedMigration {
    int id = 0;
    std::string name{}; ///< `add-sources`
    std::string file{}; ///< `3_add-sources.sql`
    std::string hash{}; ///< SHA-1, 40 hexadecimal digits.
};

/// What migrate() tells as it goes, in the thread that called it. The defaults do nothing.
class MigrationObserver
{
public:
    virtual ~MigrationObserver() = default;
    /// It waits, for a lock (`why` names who holds it) or for upgrades; told again when that
    /// changes.
    virtual void waiting(std::string const& /*why*/) {}
    virtual void started(std::string const& /*file*/) {}
    virtual void applied(AppliedMigration const&, std::chrono::nanoseconds /*took*/) {}
    /// Something that is no error, but that somebody should look at.
    virtual void warning(std::string const& /*text*/) {}
};

struct MigrateOptions {
    /// A libpq connection string or URL; what it leaves out comes from PG* variables.
    std::string connection{};
    /// A way to the same database around a transaction pooler, for migrations that cannot run in a
    /// transaction. Empty: there is none.
    std::string direct_connection{};
    /// The folder of the files (`1_create-article.sql`, …). Empty: `migrations` alone.
    std::string directory{};
    /// Migrations from memory; not together with `directory`.
    std::vector<Migration> migrations{};
    /// The migrations table, and its schema. Migrations run with that schema in front of the search
    /// path; empty: the search path stays as it is, and the table is in its first schema.
    std::string table = "migrations";
    std::string schema{};
    /// The last id to apply; none: all.
    std::optional<int> to{};
    /// Refuses to go on where an applied file has changed. Switching it off is recorded.
    bool check_hashes = true;
    /// How long to wait for the database itself; 0 does not wait.
    std::chrono::milliseconds connect_wait{std::chrono::seconds{30}};
    /// How long to wait for another program that migrates; 0 does not wait.
    std::chrono::milliseconds lock_wait{std::chrono::seconds{60}};
    /// PostgreSQL's lock_timeout of each attempt. Locks are asked for again, with growing pauses,
    /// because who waits for a lock stops everybody behind. Never for CONCURRENTLY. 0: no limit.
    std::chrono::milliseconds lock_timeout{std::chrono::seconds{2}};
    /// How long all attempts at a migration's locks may take.
    std::chrono::milliseconds lock_retry{std::chrono::minutes{5}};
    /// PostgreSQL's statement_timeout; 0: no limit.
    std::chrono::milliseconds statement_timeout{0};
    /// The whole run, looked at before each statement and enforced by a cancel; 0: no limit.
    std::chrono::milliseconds timeout{0};
    /// After how long without a sign of life the lock of a program that has died is taken over.
    std::chrono::milliseconds lease{std::chrono::seconds{15}};
    /// Upgrades (`article/content-to-blocks`) to be taken as complete although this database knows
    /// nothing of them: for a fresh one.
    std::vector<std::string> assume{};
    /// Where a migration requires an upgrade that is not complete: wait (to `timeout`) instead of
    /// throwing NotYetError.
    bool wait_for_upgrades = false;
    /// Must outlive the call; none: silence.
    MigrationObserver* observer = nullptr;
};

/// A migration cannot be applied, or an applied one does not match. The message says all of it;
/// the parts are here for programs, empty or 0 where they do not apply.
class MigrationError : public Error
{
public:
    struct Where {
        std::string file{};
        int line = 0, column = 0; ///< 1-based, in characters.
        std::string statement{};  ///< As written.
        std::string sqlstate{}, detail{}, hint{};
    };

    MigrationError(Where where, std::string const& what);
    explicit MigrationError(std::string const& what) : MigrationError(Where{}, what) {}

    Where const& where() const noexcept { return where_; }

private:
    Where where_;
};

/// Something else has to happen first: an upgrade that a migration requires is not complete, or
/// another program holds the lock beyond `lock_wait`. What was applied before stays.
class NotYetError : public Error
{
public:
    using Error::Error;
};

/// Applies what is missing and returns it, in order; empty when the database is up to date. Each
/// migration commits by itself: after an error those before it stay. Any number of programs may
/// call it at once, postgres-migrations among them. Throws ConfigError (options, files),
/// MigrationError, NotYetError, and libpqxx's exceptions where the database goes away.
std::vector<AppliedMigration> migrate(MigrateOptions const& options);

/// Creates a database and returns true; false where it exists already. `connection` leads to
/// `default_database` on the same server. Any number of programs may call it at once. Throws
/// ConfigError (an impossible name), and libpqxx's exceptions.
bool create_db(std::string const& name, std::string const& connection = {},
               std::string const& default_database = "postgres");

} // namespace rowbot
