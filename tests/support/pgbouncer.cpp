// SPDX-License-Identifier: MIT
#include "pgbouncer.hpp"

#include "private_server.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>

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
    // With -d it returns once it listens, and its pid is in the file.
    run_as_server_user("PATH=$PATH:/usr/sbin pgbouncer -q -d pgbouncer.ini", folder_);
    std::ifstream(folder_ + "/pid") >> pid_;
    if (pid_ <= 0) throw std::runtime_error("pgbouncer has left no pid");
}

PgBouncer::~PgBouncer()
{
    if (pid_ > 0) kill(pid_, SIGTERM);
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

std::string PgBouncer::url() const
{
    return "host=" + folder_ + " port=6432 user=postgres dbname=" + database_;
}
