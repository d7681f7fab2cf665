// SPDX-License-Identifier: MIT
#pragma once

// The server that is measured: a cluster of its own on a unix socket, with settings as one would
// have them, and what it has used so far. It ends with the object, known by its data folder.

#include <memory>
#include <string>
#include <vector>

#include <pqxx/pqxx>

namespace bench
{

/// The cluster in its folder: there, and running, as long as the object.
class Cluster
{
public:
    Cluster();
    ~Cluster();
    Cluster(Cluster const&) = delete;
    Cluster& operator=(Cluster const&) = delete;

    std::string const& folder() const noexcept { return folder_; }

private:
    void run(std::string const& program, std::string const& arguments) const;

    std::string folder_;
};

class Server
{
public:
    Server();

    std::string url() const;
    /// Gone with the server.
    std::string const& folder() const noexcept { return cluster_.folder(); }
    void exec(std::string const& sql);
    /// The single value that a query gives, as text.
    std::string value(std::string const& sql);
    /// A setting for as long as the next one, by ALTER SYSTEM; empty resets it.
    void set(std::string const& name, std::string const& value);

    /// What all its processes have used so far, those that have ended included.
    struct Used {
        double cpu_s = 0, wal_bytes = 0, checkpoints = 0;
    };
    /// Waits until nobody else is connected.
    Used used();

    /// Version, settings and machine, a line each.
    std::vector<std::string> description();

private:
    double cpu_s() const;
    void await_quiet();

    Cluster cluster_;
    int pid_ = 0; ///< The postmaster's.
    std::unique_ptr<pqxx::connection> connection_;
    std::unique_ptr<pqxx::nontransaction> session_;
};

} // namespace bench
