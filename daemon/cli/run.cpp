// SPDX-License-Identifier: MIT
#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "cli/service.hpp"
#include "cli/stop_signals.hpp"

namespace rowbot::cli
{
namespace
{

ExitCode exit_code(Outcome outcome)
{
    switch (outcome) {
    case Outcome::done:
        return ExitCode::done;
    case Outcome::not_yet:
        return ExitCode::not_yet;
    case Outcome::unreachable:
        return ExitCode::unreachable;
    case Outcome::rows_failed:
    case Outcome::failed:
        break;
    }
    return ExitCode::failed;
}

} // namespace

ExitCode run(CommandLine const& line, Program const& program, std::ostream& out)
{
    if (program.tables.empty())
        throw ConfigError(
            "this program carries no tables; link rowbot::daemon and call run_daemon() with yours");
    check_scopes(line.worker, program.tables);
    if (line.dry_run) return dry_run(line, program, out);
    StopSignals const signals; // before any thread starts: all inherit the mask
    auto const log = make_observer(line, process_environment(), Clock::system());
    Observers observers;
    observers.add(*log);
    Worker worker(line.worker, program.tables, observers);
    Service service(line, program, worker, observers, signals.token());
    if (auto const ended = service.wait_for_migrations(line, program, signals.token()))
        return exit_code(*ended);
    return exit_code(worker.run(signals.token()));
}

} // namespace rowbot::cli
