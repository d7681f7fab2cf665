// SPDX-License-Identifier: MIT
#include "schema/run_migration.hpp"

#include "schema/backoff.hpp"
#include "schema/server_error.hpp"
#include "schema/session_transaction.hpp"

#include <algorithm>

namespace rowbot::schema
{

using namespace std::chrono_literals;
using std::chrono::steady_clock;

namespace
{

constexpr char const* upgrade_missing = "RB001"; // raised by rowbot.require

/// The upgrades first: their tables are locked, and looked at, before anything is changed.
void require_upgrades(Run const& run, Session& session, MigrationFile const& file)
{
    for (auto const& needed : file.requirements) {
        auto const name = needed.table + "/" + needed.upgrade;
        auto const& assumed = run.options.assume;
        if (std::find(assumed.begin(), assumed.end(), name) != assumed.end()) continue;
        try {
            session.exec("SELECT rowbot.require($1)", {name});
        } catch (pqxx::sql_error const& e) {
            if (e.sqlstate() != upgrade_missing) throw;
            auto const message = message_of(e);
            throw UpgradeMissing(file.file + ":" + std::to_string(needed.line) + ": " +
                                 message.substr(0, message.find("; CONTEXT:")));
        }
    }
}

void begin(Run const& run, Session& session, MigrationFile const& file)
{
    // Not Work: a migration runs with the settings of its own role and database.
    session.exec("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE");
    set_session(session, run.options, true);
    if (!run.lock.enter(session)) throw Overtaken("postgres-migrations is running");
    if (run.table.last_id(session) != file.id - 1)
        throw Overtaken("another program has applied migrations meanwhile");
}

void attempt(Run const& run, MigrationFile const& file)
{
    Session session(run.options.connection, "rowbot migrate " + file.file);
    Deadline::Covering const covering(run.deadline, session);
    try {
        begin(run, session, file);
        require_upgrades(run, session, file);
        run_text(run, session, file);
        record_applied(run, session, file);
        session.exec("COMMIT"); // everything before it is rolled back with the session
    } catch (pqxx::sql_error const&) {
        // Not of a statement of the file: of a deferred constraint, for example.
        if (is_in_the_way(std::current_exception())) throw;
        run.deadline.check(); // it may have cancelled the statement
        throw function_error(file, std::current_exception());
    }
}

} // namespace

void set_session(Session& session, MigrateOptions const& options, bool local)
{
    std::string sql;
    auto const set = [&](std::string const& name, std::string const& value) {
        sql += (local ? "SET LOCAL " : "SET ") + name + " = '" + value + "';";
    };
    set("lock_timeout", std::to_string(options.lock_timeout.count()) + "ms");
    set("statement_timeout", std::to_string(options.statement_timeout.count()) + "ms");
    set("idle_in_transaction_session_timeout", "0");
    // Files are UTF-8, whatever the role or the environment says.
    set("client_encoding", "UTF8");
    // A client whose machine vanishes must not keep its locks.
    set("tcp_keepalives_idle", "10");
    set("tcp_keepalives_interval", "5");
    set("tcp_keepalives_count", "3");
    if (session.server_version() >= 140000) set("client_connection_check_interval", "500ms");
    session.exec(sql);
    if (options.schema.empty()) {
        // As "$user" of a role of that name, the schema of our state would get the tables.
        session.exec(
            "SELECT set_config('search_path', coalesce((SELECT string_agg(quote_ident(s), "
            "', ' ORDER BY i) FROM unnest(current_schemas(false)) WITH ORDINALITY AS path "
            "(s, i) WHERE s <> 'rowbot'), ''), $1::bool) WHERE current_schema() = 'rowbot'",
            {local ? "true" : "false"});
        return;
    }
    session.exec("SELECT set_config('search_path', concat_ws(', ', quote_ident($1), "
                 "nullif(current_setting('search_path'), '')), $2::bool)",
                 {options.schema, local ? "true" : "false"});
}

void record_applied(Run const& run, Session& session, MigrationFile const& file)
{
    // A DO block may have left another role or search path behind.
    session.exec("RESET SESSION AUTHORIZATION; RESET ROLE");
    run.table.insert(session, file);
    run.lock.confirm(session);
}

void run_text(Run const& run, Session& session, MigrationFile const& file)
{
    if (file.up) return run_function(run, session, file, file.up);
    for (auto const& statement : split(file.sql)) {
        run.deadline.check();
        try {
            session.exec(statement.text);
        } catch (pqxx::sql_error const& e) {
            if (is_in_the_way(std::current_exception())) throw;
            run.deadline.check(); // it may have cancelled the statement
            throw migration_error(file, statement, e, "rolled back, nothing of it was kept");
        }
    }
}

void run_function(Run const& run, Session& session, MigrationFile const& file,
                  std::function<void(Transaction&)> const& function)
{
    try {
        SessionTransaction transaction(session, file.file);
        function(transaction);
    } catch (pqxx::broken_connection const&) {
        throw;
    } catch (...) {
        if (is_in_the_way(std::current_exception())) throw;
        run.deadline.check();
        throw function_error(file, std::current_exception());
    }
}

NotYetError locks_missing(MigrationFile const& file, std::exception const& last)
{
    return NotYetError(
        file.file +
        ": did not get its locks within --lock-retry; the last attempt: " + message_of(last));
}

void run_in_transaction(Run const& run, MigrationFile const& file)
{
    auto const began = steady_clock::now();
    for (int attempts = 0;; ++attempts) {
        run.deadline.check();
        try {
            return attempt(run, file);
        } catch (MigrationError const& e) {
            if (!file.rollback) throw; // of a file: only outside a transaction
            throw after_rollback(run, file, e);
        } catch (pqxx::failure const& e) {
            if (!is_in_the_way(std::current_exception())) throw;
            if (steady_clock::now() - began >= run.options.lock_retry) throw locks_missing(file, e);
            if (run.options.observer != nullptr)
                run.options.observer->waiting(file.file + ": " + message_of(e) + "; trying again");
        }
        std::this_thread::sleep_for(retry_pause(attempts, 100ms, 10s));
    }
}

} // namespace rowbot::schema
