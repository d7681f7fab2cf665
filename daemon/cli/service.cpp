// SPDX-License-Identifier: MIT
#include "cli/service.hpp"

#include "cli/migrate.hpp"

namespace rowbot::cli
{

using namespace std::chrono_literals;

namespace
{

/// Those that `run` waits for; none where neither a folder nor the program has any.
std::optional<MigrateOptions> awaited_migrations(CommandLine const& line, Program const& program)
{
    if (line.migrate.directory.empty() && program.migrations.empty()) return std::nullopt;
    auto options = migrate_options(line, program.migrations);
    // `run` knows the table as --migrations-table, with its schema.
    options.table = line.worker.migrations_table;
    if (auto const dot = options.table.find('.'); dot != std::string::npos) {
        options.schema = options.table.substr(0, dot);
        options.table.erase(0, dot + 1);
    }
    return options;
}

} // namespace

Service::Service(CommandLine const& line, Program const& program, Worker const& worker,
                 Observers& observers, std::stop_token stop)
    : observers_(observers), health_([&worker] { return worker.stuck_for(); }, line.stuck_after),
      metrics_(program.tables), service_manager_(health_, Clock::system(), std::move(stop))
{
    for (Observer* const each :
         std::initializer_list<Observer*>{&health_, &metrics_, &service_manager_})
        observers.add(*each);
    if (!line.http) return;
    status_.emplace(line.worker.connection, program.tables);
    pages_.emplace(health_, metrics_, *status_, line.ready_when);
    server_.emplace(*line.http, [this](std::string const& path, http::Respond const& respond) {
        pages_->answer(path, respond);
    });
    observers.serving(server_->endpoint().text());
}

bool Service::wait_for_migrations(CommandLine const& line, Program const& program,
                                  std::stop_token stop)
{
    auto const options = awaited_migrations(line, program);
    if (!options) return true;
    Readiness readiness(*options);
    for (std::vector<std::string> told; !stop.stop_requested(); Clock::system().wait(1s, stop)) {
        auto report = readiness.check();
        if (report.ready) return true;
        if (report.reasons != told)
            observers_.waiting("", WaitFor::migration, report.reasons.front());
        health_.unready(report.reasons);
        told = std::move(report.reasons);
    }
    return false;
}

} // namespace rowbot::cli
