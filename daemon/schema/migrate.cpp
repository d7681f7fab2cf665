// SPDX-License-Identifier: MIT
#include <rowbot/migrate.hpp>

#include "schema/backoff.hpp"
#include "schema/fence.hpp"
#include "schema/inspection.hpp"
#include "schema/run_migration.hpp"
#include "store/state_schema.hpp"

namespace rowbot
{

using namespace std::chrono_literals;
using namespace schema;
using std::chrono::steady_clock;

namespace
{

class Migrator
{
public:
    explicit Migrator(MigrateOptions const& options)
        : options_(options), deadline_(options.timeout),
          session_(connect(options, "rowbot migrate")),
          table_(*session_, options.schema, options.table)
    {
    }

    std::vector<AppliedMigration> run();

private:
    Inspection look();
    void run_pending();
    void create_table(MigrationLock const& lock);
    void run_one(Run const& run, MigrationFile const& file);
    void remember(std::function<void(Session&)> const& record) const;
    void warn(std::string const& text) const
    {
        if (options_.observer != nullptr) options_.observer->warning(text);
    }

    MigrateOptions const& options_;
    Deadline deadline_;
    std::unique_ptr<Session> session_;
    MigrationsTable table_;
    std::vector<AppliedMigration> done_{};
};

Inspection Migrator::look()
{
    auto found = inspect(*session_, options_, table_);
    if (found.plan.errors.empty()) return found;
    std::string all;
    for (auto const& error : found.plan.errors) all += (all.empty() ? "" : "\n") + error;
    throw MigrationError(all);
}

/// With no look at the schema rowbot and no lock where there is nothing to do: applications call
/// this at every start.
std::vector<AppliedMigration> Migrator::run()
{
    auto const first = look().plan;
    for (auto const& warning : first.warnings) warn(warning);
    if (first.pending.empty()) return {};
    ensure_state_schema(*session_);
    auto began = steady_clock::now();
    for (int attempts = 0;; ++attempts) {
        deadline_.check();
        auto const done_before = done_.size();
        try {
            run_pending();
            return std::move(done_);
        } catch (Overtaken const& e) {
            if (done_.size() > done_before) began = steady_clock::now();
            if (steady_clock::now() - began >= options_.lock_wait) throw NotYetError(e.what());
            if (options_.observer != nullptr) options_.observer->waiting(e.what());
        } catch (UpgradeMissing const& e) {
            if (!options_.wait_for_upgrades) throw;
            if (options_.observer != nullptr) options_.observer->waiting(e.what());
        }
        std::this_thread::sleep_for(retry_pause(attempts, 200ms, 2s));
    }
}

void Migrator::run_pending()
{
    MigrationLock const lock(options_, table_.name(), &deadline_);
    auto const found = look(); // another program may have been faster
    auto const& plan = found.plan;
    if (plan.pending.empty()) return;
    check_pending(found);
    check_fence(*session_, table_.name(), plan.pending);
    if (!options_.check_hashes)
        session_->exec("INSERT INTO rowbot.event (table_name, what, detail) VALUES ($1, 'migrated "
                       "without a hash check', $2)",
                       {table_.name(), plan.pending.back().file});
    create_table(lock);
    Run const run{options_, table_, lock, deadline_};
    std::span<MigrationFile const> const pending = plan.pending;
    for (std::size_t i = 0; i < pending.size(); ++i) {
        try {
            run_one(run, pending[i]);
        } catch (MigrationError const& e) {
            // What is pending when the next run looks: those before it stay applied.
            remember([&](Session& session) {
                record_failure(session, table_.name(), pending.subspan(i), pending[i].file,
                               e.what());
            });
            throw;
        }
    }
    remember([&](Session& session) { clear_fence(session, table_.name()); });
}

/// On a new connection: the first one has been idle for long, and may have been ended for it. What
/// became of the migrations matters more than this record.
void Migrator::remember(std::function<void(Session&)> const& record) const
{
    try {
        Session session(options_.connection, "rowbot migrate");
        record(session);
    } catch (std::exception const& e) {
        warn("success or failure could not be recorded: " + message_of(e));
    }
}

void Migrator::create_table(MigrationLock const& lock)
{
    if (table_.last_id(*session_) >= 0) return;
    Session session(options_.connection, "rowbot migrate");
    session.exec("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE");
    session.exec("SET LOCAL client_encoding = 'UTF8'");
    if (!lock.enter(session)) throw Overtaken("postgres-migrations is running");
    if (table_.last_id(session) >= 0) return;
    table_.create(session);
    lock.confirm(session);
    session.exec("COMMIT");
}

void Migrator::run_one(Run const& run, MigrationFile const& file)
{
    auto const& markers = file.markers;
    if (markers.disable_transaction && !markers.disable_transaction_in_header)
        warn(file.file + ": the marker disable-transaction is not in the header; if it is there by "
                         "accident, the file runs outside a transaction all the same");
    if (options_.observer != nullptr) options_.observer->started(file.file);
    auto const began = steady_clock::now();
    if (markers.disable_transaction && !file.up)
        run_outside_transaction(run, file);
    else
        run_in_transaction(run, file);
    done_.push_back({file.id, file.name, file.file, file.hash});
    if (options_.observer != nullptr)
        options_.observer->applied(done_.back(), steady_clock::now() - began);
}

} // namespace

std::vector<AppliedMigration> migrate(MigrateOptions const& options)
{
    load(options); // what is wrong with the files is said before anything connects
    return Migrator(options).run();
}

} // namespace rowbot
