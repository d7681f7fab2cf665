// SPDX-License-Identifier: MIT
#pragma once

// A PostgreSQL cluster of a test's own, on a unix socket in a folder of its own, for tests that
// change what the shared server must not: who may connect, standbys, starts and stops. It runs as
// long as the object lives. Needs PostgreSQL's programs (ROWBOT_TEST_PG_BINDIR).

#include <string>

class PrivateServer
{
public:
    /// `hba` replaces pg_hba.conf; empty: everybody is trusted.
    explicit PrivateServer(std::string const& hba = {});
    /// A streaming standby of another one.
    struct StandbyOf {
        PrivateServer const& primary;
    };
    explicit PrivateServer(StandbyOf of);
    ~PrivateServer();
    PrivateServer(PrivateServer const&) = delete;
    PrivateServer& operator=(PrivateServer const&) = delete;

    /// A connection string for libpq, without a password.
    std::string url(std::string const& user = "postgres") const;
    std::string const& folder() const noexcept { return folder_; }

    void start() const;
    /// Ends all connections, politely.
    void stop() const;
    /// Ends at once, as if it had been killed; start() then recovers.
    void crash() const;

private:
    void run(std::string const& program, std::string const& arguments) const;

    std::string folder_;
};

/// A fresh folder for a socket, owned by the user that PostgreSQL's programs run as.
std::string socket_folder();

/// Runs a shell command as that user (postgres, where the test itself is root). Throws
/// std::runtime_error with its output where it fails.
void run_as_server_user(std::string const& command, std::string const& folder);
