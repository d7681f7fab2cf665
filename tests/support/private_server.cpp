// SPDX-License-Identifier: MIT
#include "private_server.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <unistd.h>

namespace
{

std::string program_path(std::string const& program)
{
    char const* const folder = std::getenv("ROWBOT_TEST_PG_BINDIR");
    if (folder == nullptr || *folder == '\0')
        throw std::runtime_error("run the tests with tests/run, or set ROWBOT_TEST_PG_BINDIR");
    return folder + ("/" + program);
}

} // namespace

std::string socket_folder()
{
    // Not below TMPDIR: a socket's path has at most 107 bytes.
    char name[] = "/tmp/rowbot.XXXXXX";
    if (mkdtemp(name) == nullptr) throw std::runtime_error("no folder can be made in /tmp");
    if (geteuid() == 0 && std::system(("chown postgres: " + std::string(name)).c_str()) != 0)
        throw std::runtime_error("there is no user postgres");
    return name;
}

void run_as_server_user(std::string const& command, std::string const& folder)
{
    std::string const as = geteuid() == 0 ? "runuser -u postgres -- " : "";
    auto const log = folder + "/output";
    if (std::system(
            ("cd " + folder + " && " + as + "sh -c '" + command + "' >" + log + " 2>&1 </dev/null")
                .c_str()) == 0)
        return;
    std::ifstream output(log);
    throw std::runtime_error(command + ": " +
                             std::string(std::istreambuf_iterator<char>(output), {}));
}

PrivateServer::PrivateServer(std::string const& hba) : folder_(socket_folder())
{
    run("initdb", "-U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync");
    if (!hba.empty()) std::ofstream(folder_ + "/data/pg_hba.conf") << hba;
    start();
}

PrivateServer::PrivateServer(StandbyOf of) : folder_(socket_folder())
{
    run("pg_basebackup", "-R --no-sync -c fast -h " + of.primary.folder_ + " -U postgres");
    start();
}

PrivateServer::~PrivateServer()
{
    try {
        run("pg_ctl", "stop -m immediate");
    } catch (std::exception const&) {
        // It was stopped before.
    }
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

std::string PrivateServer::url(std::string const& user) const
{
    return "host=" + folder_ + " port=5432 user=" + user + " dbname=postgres";
}

void PrivateServer::start() const
{
    run("pg_ctl", "start -w -l " + folder_ + "/log -o \"-k " + folder_ +
                      " -p 5432 -c listen_addresses= -c fsync=off -c shared_buffers=32MB\"");
}

void PrivateServer::stop() const
{
    run("pg_ctl", "stop -w -m fast");
}

void PrivateServer::crash() const
{
    run("pg_ctl", "stop -w -m immediate");
}

void PrivateServer::run(std::string const& program, std::string const& arguments) const
{
    run_as_server_user(program_path(program) + " -D " + folder_ + "/data " + arguments, folder_);
}
