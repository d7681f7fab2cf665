// SPDX-License-Identifier: MIT
#include "schema/backoff.hpp"
#include "schema/check_rules.hpp"
#include "schema/index_build.hpp"
#include "schema/run_migration.hpp"
#include "schema/server_error.hpp"
#include "schema/sql_cursor.hpp"
#include "schema/statement_progress.hpp"

#include <algorithm>
#include <array>

namespace rowbot::schema
{

using namespace std::chrono_literals;
using std::chrono::steady_clock;

namespace
{

bool begins_with_one_of(std::string const& statement, std::initializer_list<char const*> words)
{
    SqlCursor const cursor(statement);
    return std::any_of(words.begin(), words.end(), [&](auto const* w) { return cursor.is(w); });
}

/// What changes nothing when it is run once more.
bool may_run_twice(std::string const& statement)
{
    return begins_with_one_of(statement, {"vacuum", "reindex", "cluster", "checkpoint", "alter"});
}

/// invalid_transaction_termination (a COMMIT in a procedure that was called in a transaction) and
/// active_sql_transaction (what the list of check_transaction.cpp does not know).
constexpr std::array not_in_a_transaction = {"2D000", "25001"};

/// What may have committed a part of its work when it fails: only its author can say more.
bool may_commit(std::string const& statement)
{
    return begins_with_one_of(statement, {"call", "do"});
}

/// Nothing was run, because somebody has to say how to go on; not a failure of the migration.
class Question : public MigrationError
{
public:
    using MigrationError::MigrationError;
};

class OutsideTransaction
{
public:
    OutsideTransaction(Run const& run, MigrationFile const& file)
        : run_(run), file_(file), statements_(split(file.sql)),
          session_(run.options.direct_connection.empty() ? run.options.connection
                                                         : run.options.direct_connection,
                   "rowbot migrate " + file.file),
          covering_(std::in_place, run.deadline, session_)
    {
    }

    void execute();

private:
    void resume();
    void next();
    void in_a_transaction(Statement const& statement);
    void by_itself(Statement const& statement);
    void with_retries(Statement const& statement, std::function<void()> const& action);
    [[noreturn]] void fail(Statement const& statement, pqxx::failure const& error) const;
    void finish();
    void begin() { session_.exec("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"); }
    void record(std::size_t done, bool begun);
    void record_alone(std::size_t done, bool begun);

    Run const& run_;
    MigrationFile const& file_;
    std::vector<Statement> const statements_;
    Session session_;
    std::optional<Deadline::Covering> covering_;
    StatementProgress progress_{};
};

void OutsideTransaction::execute()
{
    if (run_.table.last_id(session_) != file_.id - 1)
        throw Overtaken("another program has applied migrations meanwhile");
    set_session(session_, run_.options, false);
    resume();
    while (progress_.done < statements_.size()) next();
    finish();
}

void OutsideTransaction::resume()
{
    progress_ = read_progress(session_, run_.table.name(), file_.id);
    if (progress_.done == 0) return;
    if (progress_.done <= statements_.size() &&
        hash_of(statements_, progress_.done) == progress_.done_hash)
        return;
    throw Question({.file = file_.file},
                   file_.file + ": its first " + std::to_string(progress_.done) +
                       " statements are done, and they were changed since; undo that change, or, "
                       "after undoing what they did, run: rowbot migrate repair " +
                       std::to_string(file_.id));
}

void OutsideTransaction::next()
{
    run_.deadline.check();
    auto const& statement = statements_[progress_.done];
    if (progress_.begun || check_outside(statement.text, true)) return by_itself(statement);
    try {
        in_a_transaction(statement);
    } catch (MigrationError const& e) {
        // Which nobody sees before; nothing has happened so far.
        if (std::count(not_in_a_transaction.begin(), not_in_a_transaction.end(),
                       e.where().sqlstate) == 0)
            throw;
        by_itself(statement);
    }
}

/// The statement and the record that it was done, together: after a crash there is no doubt.
void OutsideTransaction::in_a_transaction(Statement const& statement)
{
    with_retries(statement, [&] {
        begin();
        session_.exec(statement.text);
        record(progress_.done + 1, false);
        run_.lock.confirm(session_);
        session_.exec("COMMIT");
    });
}

void OutsideTransaction::by_itself(Statement const& statement)
{
    auto const unknown = progress_.begun;
    with_retries(statement, [&] {
        record_alone(progress_.done, true);
        if (auto const what = concurrently(statement.text))
            run_concurrently(session_, statement.text, *what, unknown);
        else if (unknown && !may_run_twice(statement.text))
            throw Question(
                {.file = file_.file, .line = statement.line, .statement = statement.text},
                file_.file + ":" + std::to_string(statement.line) +
                    ": this statement was begun before, and nobody knows whether it ended; look, "
                    "and then say so: rowbot migrate repair " +
                    std::to_string(file_.id) + " --begun done (or again)\n" +
                    excerpt(file_.sql, statement.offset));
        else
            session_.exec(statement.text);
    });
    with_retries(statement, [&] { record_alone(progress_.done + 1, false); });
}

void OutsideTransaction::with_retries(Statement const& statement,
                                      std::function<void()> const& action)
{
    auto const began = steady_clock::now();
    for (int attempts = 0;; ++attempts) {
        auto const before = progress_;
        try {
            return action();
        } catch (pqxx::broken_connection const&) {
            throw;
        } catch (pqxx::failure const& e) {
            auto const error = std::current_exception();
            if (run_.deadline.over()) covering_.reset(); // what tidies up is not to be cancelled
            session_.exec("ROLLBACK");
            bool const may_be_half_done =
                progress_.begun && !before.begun && may_commit(statement.text);
            // The server has said that it failed: what became of it is no question any more.
            if (progress_.begun && !before.begun && !may_be_half_done)
                record_alone(before.done, false);
            progress_ = before;
            run_.deadline.check();
            if (!is_in_the_way(error) || may_be_half_done) fail(statement, e);
            if (steady_clock::now() - began >= run_.options.lock_retry)
                throw locks_missing(file_, e);
            if (run_.options.observer != nullptr)
                run_.options.observer->waiting(file_.file + ": " + message_of(e) +
                                               "; trying again");
        }
        std::this_thread::sleep_for(retry_pause(attempts, 100ms, 10s));
    }
}

/// While `error` is handled.
void OutsideTransaction::fail(Statement const& statement, pqxx::failure const& error) const
{
    if (auto const* const sql = dynamic_cast<pqxx::sql_error const*>(&error))
        throw migration_error(file_, statement, *sql,
                              "the statements before it are done, and are not run again");
    throw;
}

void OutsideTransaction::record(std::size_t done, bool begun)
{
    progress_ = {done, hash_of(statements_, done), begun};
    write_progress(session_, run_.table.name(), file_.id, progress_);
}

/// Together with a look at the lock: who has lost it must not touch the new owner's record.
void OutsideTransaction::record_alone(std::size_t done, bool begun)
{
    begin();
    record(done, begun);
    run_.lock.confirm(session_);
    session_.exec("COMMIT");
}

void OutsideTransaction::finish()
{
    begin();
    clear_progress(session_, run_.table.name(), file_.id);
    record_applied(run_, session_, file_);
    session_.exec("COMMIT");
}

void run_one_by_one(Session& session, MigrationFile const& file)
{
    for (auto const& statement : split(file.sql)) {
        try {
            if (auto const what = concurrently(statement.text))
                run_concurrently(session, statement.text, *what, false);
            else
                session.exec(statement.text);
        } catch (pqxx::sql_error const& e) {
            throw migration_error(file, statement, e, "the statements before it are done");
        }
    }
}

/// Statement by statement where its text has the marker, else in a transaction. However late it is:
/// --timeout does not leave things half undone.
void run_rollback(Run const& run, MigrationFile const& file)
{
    auto undo = file;
    undo.file += ".rollback";
    undo.sql = file.rollback_sql.value_or("");
    undo.up = file.rollback;
    Session session(run.options.direct_connection.empty() ? run.options.connection
                                                          : run.options.direct_connection,
                    "rowbot migrate " + undo.file);
    bool const together = undo.up || !read_markers(undo.sql).disable_transaction;
    if (together) session.exec("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE");
    set_session(session, run.options, together);
    Deadline unlimited(0ms);
    if (together)
        run_text({run.options, run.table, run.lock, unlimited}, session, undo);
    else
        run_one_by_one(session, undo);
    if (!together) session.exec("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE");
    clear_progress(session, run.table.name(), file.id); // what it undid is to be done again
    run.lock.confirm(session);
    session.exec("COMMIT");
}

} // namespace

void run_outside_transaction(Run const& run, MigrationFile const& file)
{
    if (run.lock.pooled())
        throw ConfigError(file.file + " runs outside a transaction, and the database is reached "
                                      "through a pooler, where a session belongs to nobody; name "
                                      "the way around it with --direct-url");
    if (!file.requirements.empty())
        throw ConfigError(file.file + ": what requires an upgrade must run in a transaction, "
                                      "because that keeps other writers out; put it into a file of "
                                      "its own");
    try {
        OutsideTransaction(run, file).execute();
    } catch (Question const&) {
        throw;
    } catch (MigrationError const& e) {
        throw after_rollback(run, file, e);
    }
}

MigrationError after_rollback(Run const& run, MigrationFile const& file,
                              MigrationError const& error)
{
    if (!file.rollback_sql && !file.rollback) return error;
    try {
        run_rollback(run, file);
        return {error.where(), std::string(error.what()) + "\n(its rollback was run)"};
    } catch (std::exception const& e) {
        return {error.where(),
                std::string(error.what()) + "\n(its rollback failed too: " + e.what() + ")"};
    }
}

} // namespace rowbot::schema
