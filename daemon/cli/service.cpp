// SPDX-License-Identifier: MIT
#include "cli/service.hpp"

#include "cli/awaited_migrations.hpp"

namespace rowbot::cli
{

using namespace std::chrono_literals;

namespace
{

constexpr auto between_questions = 1s;

/// How long migrations are waited for.
class Patience
{
public:
    explicit Patience(WorkerOptions const& options) : options_(options) {}

    /// After the database was asked in vain; none: wait on.
    std::optional<Outcome> ends(bool reachable, Clock::Time now)
    {
        if (!reachable) {
            if (away_ == never) away_ = now;
            if (now - away_ >= options_.connect_wait) return Outcome::unreachable;
            return std::nullopt;
        }
        away_ = never;
        if (missing_ == never) missing_ = now;
        if (options_.once && now - missing_ >= options_.lock_wait) return Outcome::not_yet;
        return std::nullopt;
    }

private:
    static constexpr Clock::Time never{};

    WorkerOptions const& options_;
    Clock::Time away_ = never, missing_ = never; ///< Since when.
};

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

std::optional<Outcome> Service::wait_for_migrations(CommandLine const& line, Program const& program,
                                                    std::stop_token stop)
{
    auto const options = awaited_migrations(line, program);
    if (!options) return std::nullopt;
    Readiness readiness(*options);
    Patience patience(line.worker);
    auto& clock = Clock::system();
    for (std::vector<std::string> told; !stop.stop_requested();
         clock.wait(between_questions, stop)) {
        auto report = readiness.check();
        if (report.ready) {
            health_.unready({"its migrations are applied, it has not entered its tables yet"});
            return std::nullopt;
        }
        if (report.reasons != told)
            observers_.waiting("", report.reachable ? WaitFor::migration : WaitFor::database,
                               report.reasons.front());
        health_.unready(report.reasons);
        told = std::move(report.reasons);
        if (auto const outcome = patience.ends(report.reachable, clock.now())) {
            observers_.stopped(report.reachable ? told.front() : "the database cannot be reached");
            return outcome;
        }
    }
    observers_.stopped("asked to stop");
    return Outcome::done;
}

} // namespace rowbot::cli
