// SPDX-License-Identifier: MIT
#include "pgbouncer.hpp"

#include "private_server.hpp"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

PgBouncer::PgBouncer(TemporaryDatabase const& db) : folder_(socket_folder()), database_(db.name())
{
    auto const socket =
        db.value("SELECT split_part(current_setting('unix_socket_directories'), ',', 1)");
    std::ofstream(folder_ + "/pgbouncer.ini")
        << "[databases]\n* = host=" << socket << " port=" << db.value("SHOW port")
        << " user=postgres\n[pgbouncer]\npool_mode = transaction\nauth_type = any\nlisten_addr =\n"
        << "listen_port = 6432\nunix_socket_dir = " << folder_
        << "\ndefault_pool_size = " << pool_size << "\npidfile = " << folder_
        << "/pid\nlogfile = " << folder_ << "/log\n";
    run_as_server_user("PATH=$PATH:/usr/sbin pgbouncer -q -d pgbouncer.ini", folder_);
    // With -d it returns before its pid is in the file, and perhaps before it listens.
    for (auto const limit = std::chrono::steady_clock::now() + std::chrono::seconds{30};;) {
        std::ifstream(folder_ + "/pid") >> pid_;
        try {
            if (pid_ > 0) {
                pqxx::connection const listens(url());
                return;
            }
        } catch (pqxx::broken_connection const&) {
            // Not yet.
        }
        if (std::chrono::steady_clock::now() > limit)
            throw std::runtime_error("pgbouncer does not come up; see " + folder_ + "/log");
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
}

PgBouncer::~PgBouncer()
{
    // It removes files of its own as it ends: the folder goes afterwards.
    auto const limit = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    while (pid_ > 0 && kill(pid_, SIGTERM) == 0 && std::chrono::steady_clock::now() < limit)
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

std::string PgBouncer::url() const
{
    return "host=" + folder_ + " port=6432 user=postgres dbname=" + database_;
}
