// SPDX-License-Identifier: MIT
#include "schema/bookkeeping.hpp"

#include "schema/fence.hpp"
#include "schema/migration_lock.hpp"
#include "schema/statement_progress.hpp"
#include "store/state_schema.hpp"

namespace rowbot::schema
{
namespace
{

/// A transaction under the lock, for a change of the records.
class Change
{
public:
    explicit Change(MigrateOptions const& options)
        : session(connect(options, "rowbot migrate")),
          table(*session, options.schema, options.table)
    {
        ensure_state_schema(*session);
        lock_.emplace(options, table.name());
        session->exec("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE");
        if (!lock_->enter(*session))
            throw NotYetError("postgres-migrations is running; try again when it has ended");
    }
    void commit()
    {
        lock_->confirm(*session);
        session->exec("COMMIT");
    }

    std::unique_ptr<Session> session;
    MigrationsTable table;

private:
    std::optional<MigrationLock> lock_{};
};

void repair_applied(Change& change, MigrationFile const& file, AppliedRow const& row,
                    std::vector<std::string>& done)
{
    if (file.js)
        throw ConfigError(file.file + ": the hash of a .js file covers SQL that only Node can "
                                      "generate; it is not compared");
    if (file.hash == row.hash) return;
    change.session->exec("UPDATE " + change.table.name() + " SET hash = $2 WHERE id = $1::int",
                         {std::to_string(row.id), file.hash});
    done.push_back(file.file + ": the hash " + row.hash + " was replaced by " + file.hash);
}

void repair_progress(Change& change, MigrationFile const& file, Begun begun,
                     std::vector<std::string>& done)
{
    auto progress = read_progress(*change.session, change.table.name(), file.id);
    if (progress.done == 0 && !progress.begun) return;
    if (begun == Begun::unknown) {
        clear_progress(*change.session, change.table.name(), file.id);
        done.push_back(file.file + ": begins again at its first statement, of " +
                       std::to_string(progress.done) + " that were done");
        return;
    }
    auto const statements = split(file.sql);
    if (begun == Begun::done && progress.done < statements.size()) ++progress.done;
    progress.begun = false;
    progress.done_hash = hash_of(statements, progress.done);
    write_progress(*change.session, change.table.name(), file.id, progress);
    done.push_back(file.file + ": goes on at statement " + std::to_string(progress.done + 1));
}

} // namespace

std::vector<AppliedMigration> baseline(MigrateOptions const& options, int last)
{
    Change change(options);
    auto const found = inspect(*change.session, options, change.table);
    if (last < 1 || last > static_cast<int>(found.files.size()))
        throw ConfigError("there is no migration " + std::to_string(last) + "; the last one is " +
                          std::to_string(found.files.size()));
    for (auto const& error : found.plan.errors) throw MigrationError(error);
    std::vector<AppliedMigration> recorded;
    if (!found.rows) change.table.create(*change.session);
    for (auto const& file : found.files) {
        if (file.id <= found.plan.applied || file.id > last) continue;
        refuse_unrunnable(file);
        change.table.insert(*change.session, file);
        recorded.push_back({file.id, file.name, file.file, file.hash});
    }
    if (!recorded.empty())
        change.session->exec("INSERT INTO rowbot.event (table_name, what, detail) VALUES ($1, "
                             "'baseline', $2)",
                             {change.table.name(), recorded.back().file});
    change.commit();
    return recorded;
}

std::vector<std::string> repair(MigrateOptions const& options, std::optional<int> id, Begun begun)
{
    Change change(options);
    auto const found = inspect(*change.session, options, change.table);
    std::vector<std::string> done;
    if (clear_fence(*change.session, change.table.name()))
        done.emplace_back("the last failure was forgotten: the next run begins at once");
    if (id) {
        if (*id < 1 || *id > static_cast<int>(found.files.size()))
            throw ConfigError("there is no migration " + std::to_string(*id));
        auto const& file = found.files[static_cast<std::size_t>(*id) - 1];
        if (*id <= found.plan.applied)
            repair_applied(change, file, (*found.rows)[static_cast<std::size_t>(*id)], done);
        else
            repair_progress(change, file, begun, done);
    }
    for (auto const& what : done)
        change.session->exec("INSERT INTO rowbot.event (table_name, what, detail) VALUES ($1, "
                             "'repaired', $2)",
                             {change.table.name(), what});
    change.commit();
    return done;
}

} // namespace rowbot::schema
