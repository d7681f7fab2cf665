// SPDX-License-Identifier: MIT
#include "schema/inspection.hpp"

#include "schema/backoff.hpp"
#include "schema/check_sql.hpp"

#include <thread>

namespace rowbot::schema
{

using namespace std::chrono_literals;

std::vector<MigrationFile> load(MigrateOptions const& options)
{
    if (!options.directory.empty() && !options.migrations.empty())
        throw ConfigError("migrations come from a folder or from memory, not from both");
    if (!options.migrations.empty()) return load_memory(options.migrations);
    if (options.directory.empty())
        throw ConfigError("no migrations were given; name their folder with --migrations");
    return load_files(options.directory);
}

std::unique_ptr<Session> connect(MigrateOptions const& options, std::string const& purpose)
{
    auto const began = std::chrono::steady_clock::now();
    std::string told;
    for (int attempts = 0;; ++attempts) {
        try {
            return std::make_unique<Session>(options.connection, purpose);
        } catch (pqxx::broken_connection const& e) {
            if (std::chrono::steady_clock::now() - began >= options.connect_wait) throw;
            auto const why = "the database cannot be reached: " + message_of(e);
            if (why != told && options.observer != nullptr) options.observer->waiting(why);
            told = why;
        }
        std::this_thread::sleep_for(retry_pause(attempts, 100ms, 5s));
    }
}

Inspection inspect(Session& session, MigrateOptions const& options, MigrationsTable const& table)
{
    Inspection found{.files = load(options), .rows = table.rows(session)};
    found.plan = make_plan(found.files, found.rows ? *found.rows : std::vector<AppliedRow>{},
                           {table.name(), options.check_hashes, options.to});
    return found;
}

void check_pending(Inspection const& found)
{
    std::vector<std::string> stored;
    if (found.rows)
        for (auto const& row : *found.rows) stored.push_back(row.name);
    refuse_names(found.plan.pending, stored);
    for (auto const& file : found.plan.pending) {
        refuse_unrunnable(file);
        if (file.up) continue;
        auto const findings = check_sql(file.sql, !file.markers.disable_transaction);
        if (findings.empty()) continue;
        auto const& first = findings.front();
        throw MigrationError(
            {.file = file.file,
             .line = first.line,
             .column = first.column,
             .statement = first.statement},
            file.file + ":" + std::to_string(first.line) + ":" + std::to_string(first.column) +
                ": " + first.what +
                (findings.size() > 1
                     ? " (and " + std::to_string(findings.size() - 1) + " more in this file)"
                     : "") +
                "; nothing was run");
    }
}

} // namespace rowbot::schema
