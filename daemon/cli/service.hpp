// SPDX-License-Identifier: MIT
#pragma once

// What `run` is beside the worker: its pages over HTTP, and what it tells the service manager.

#include "cli/commands.hpp"
#include "cli/observers.hpp"
#include "cli/service_manager.hpp"
#include "http/pages.hpp"

namespace rowbot::cli
{

class Service
{
public:
    /// Serves from now on, where --http says so, and adds itself to the observers. What it is given
    /// must outlive it. Throws ConfigError where it cannot listen.
    Service(CommandLine const& line, Program const& program, Worker const& worker,
            Observers& observers, std::stop_token stop);

    /// Blocks until the program's migrations are applied, where it was given any; then nothing is
    /// returned. Otherwise how the run ends before its worker begins: asked to stop, the database
    /// could not be asked for --connect-wait, or, with --once, not applied for --lock-wait. Throws
    /// ConfigError for files that do not fit.
    std::optional<Outcome> wait_for_migrations(CommandLine const& line, Program const& program,
                                               std::stop_token stop);

private:
    Observers& observers_;
    http::Health health_;
    http::Metrics metrics_;
    ServiceManager service_manager_;
    std::optional<http::StatusQuery> status_{};
    std::optional<http::Pages> pages_{};
    std::optional<http::Server> server_{}; // last: the first to go
};

} // namespace rowbot::cli
