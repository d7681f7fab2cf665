// SPDX-License-Identifier: MIT
#include "server.hpp"

#include "interrupt.hpp"
#include "private_server.hpp"
#include "process_times.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

namespace bench
{

using namespace std::chrono_literals;

namespace
{

/// As a server of some size has them; max_wal_size and checkpoint_timeout keep checkpoints out of
/// the runs, min_wal_size lets every run find segments to use again, and autovacuum would help
/// whoever runs when it comes by.
constexpr char const* settings = R"(
listen_addresses = ''
port = 5432
shared_buffers = 512MB
max_wal_size = 8GB
min_wal_size = 4GB
checkpoint_timeout = 1h
autovacuum = off
)";

constexpr char const* shown_settings =
    "'shared_buffers', 'max_wal_size', 'min_wal_size', 'checkpoint_timeout', 'fsync', "
    "'synchronous_commit', 'full_page_writes', 'wal_level', 'wal_compression', 'autovacuum', "
    "'jit', "
    "'max_parallel_workers_per_gather', 'work_mem'";

} // namespace

Cluster::Cluster() : folder_(socket_folder())
{
    try {
        run("initdb", "-U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8");
        std::ofstream(folder_ + "/data/postgresql.conf", std::ios::app)
            << settings << "unix_socket_directories = '" << folder_ << "'\n";
        run("pg_ctl", "start -w -l " + folder_ + "/log");
    } catch (std::exception const&) {
        std::filesystem::remove_all(folder_);
        throw;
    }
}

Cluster::~Cluster()
{
    try {
        run("pg_ctl", "stop -m immediate");
    } catch (std::exception const&) {
        // It has ended before.
    }
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

void Cluster::run(std::string const& program, std::string const& arguments) const
{
    char const* const programs = std::getenv("ROWBOT_TEST_PG_BINDIR");
    if (programs == nullptr) throw std::runtime_error("start the benchmark with tests/bench/run");
    run_as_server_user(
        std::string(programs) + "/" + program + " -D " + folder_ + "/data " + arguments, folder_);
}

Server::Server()
{
    std::ifstream(cluster_.folder() + "/data/postmaster.pid") >> pid_;
    connection_ = std::make_unique<pqxx::connection>(url());
    session_ = std::make_unique<pqxx::nontransaction>(*connection_);
}

std::string Server::url() const
{
    return "host=" + cluster_.folder() + " port=5432 user=postgres dbname=postgres";
}

void Server::exec(std::string const& sql)
{
    throw_if_interrupted();
    session_->exec(sql);
}

std::string Server::value(std::string const& sql)
{
    throw_if_interrupted();
    return session_->exec(sql)[0][0].c_str();
}

void Server::set(std::string const& name, std::string const& value)
{
    exec("ALTER SYSTEM " +
         (value.empty() ? "RESET " + name : "SET " + name + " = '" + value + "'"));
    exec("SELECT pg_reload_conf()");
}

void Server::await_quiet()
{
    for (auto const limit = std::chrono::steady_clock::now() + 10s;;) {
        if (value("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND "
                  "pid <> pg_backend_pid()") == "0")
            return;
        if (std::chrono::steady_clock::now() > limit)
            throw std::runtime_error("somebody stays connected to the server");
        std::this_thread::sleep_for(5ms);
    }
}

/// When a backend ends, what it used goes over to the postmaster: the sum never falls.
double Server::cpu_s() const
{
    auto const postmaster = std::filesystem::path("/proc") / std::to_string(pid_);
    for (;;) {
        auto const before = times_of(postmaster);
        double children_s = 0;
        for (auto const& entry : std::filesystem::directory_iterator("/proc")) {
            auto const name = entry.path().filename().string();
            if (!std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; }))
                continue;
            if (auto const child = times_of(entry.path()); child.parent == pid_)
                children_s += child.own_s;
        }
        auto const after = times_of(postmaster);
        // Otherwise one ended in between, and would be counted twice or not at all.
        if (before.reaped_s == after.reaped_s) return after.own_s + after.reaped_s + children_s;
    }
}

Server::Used Server::used()
{
    await_quiet();
    auto const version = connection_->server_version();
    auto const* const checkpoints =
        version < 170000 ? "SELECT checkpoints_timed + checkpoints_req FROM pg_stat_bgwriter"
                         : "SELECT num_timed + num_requested FROM pg_stat_checkpointer";
    return {.cpu_s = cpu_s(),
            .wal_bytes = std::stod(value("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn")),
            .checkpoints = std::stod(value(checkpoints))};
}

std::vector<std::string> Server::description()
{
    std::string model;
    std::ifstream cpus("/proc/cpuinfo");
    for (std::string line; model.empty() && std::getline(cpus, line);)
        if (line.starts_with("model name")) model = line.substr(line.find(':') + 2);
    std::string load, memory;
    std::getline(std::ifstream("/proc/loadavg"), load);
    std::getline(std::ifstream("/proc/meminfo"), memory);
    return {
        "PostgreSQL " + value("SHOW server_version") + ", data in " + cluster_.folder(),
        value("SELECT string_agg(name || ' = ' || current_setting(name), ', ' ORDER BY name) FROM "
              "pg_settings WHERE name IN (" +
              std::string(shown_settings) + ")"),
        std::to_string(std::thread::hardware_concurrency()) + " processors (" + model + "), " +
            memory + ", load at the start " + load};
}

} // namespace bench
