// SPDX-License-Identifier: MIT
#include "tls_server.hpp"

#include "private_server.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include <arpa/inet.h>
#include <pqxx/pqxx>
#include <sys/socket.h>
#include <unistd.h>

namespace
{

/// One that nobody listens on now.
int free_port()
{
    int const probe = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    bool const bound = bind(probe, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                       getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    close(probe);
    if (!bound) throw std::runtime_error("there is no free port");
    return ntohs(address.sin_port);
}

std::string program_path(std::string const& program)
{
    char const* const folder = std::getenv("ROWBOT_TEST_PG_BINDIR");
    if (folder == nullptr) throw std::runtime_error("set ROWBOT_TEST_PG_BINDIR");
    return folder + ("/" + program);
}

/// Signed by an authority (`ca`, `other_ca`) for a name.
std::string certificate(std::string const& file, std::string const& name,
                        std::string const& authority)
{
    return "openssl req -new -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -subj /CN=" +
           name + " -addext subjectAltName=DNS:" + name + " -keyout " + file + ".key -out " + file +
           ".csr && openssl x509 -req -copy_extensions copy -days 2 -in " + file + ".csr -CA " +
           authority + ".crt -CAkey " + authority + ".key -CAcreateserial -out " + file + ".crt";
}

std::string authority(std::string const& file)
{
    return "openssl req -x509 -nodes -days 2 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 "
           "-subj /CN=" +
           file + " -keyout " + file + ".key -out " + file + ".crt";
}

} // namespace

TlsServer::TlsServer() : folder_(socket_folder()), port_(free_port())
{
    make_certificates();
    auto const data = folder_ + "/data";
    run_as_server_user(program_path("initdb") + " -D " + data +
                           " -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync",
                       folder_);
    std::ofstream(data + "/pg_hba.conf") << "local all postgres trust\n"
                                            "hostssl all clerk 127.0.0.1/32 cert\n"
                                            "hostssl all reader 127.0.0.1/32 scram-sha-256\n";
    std::ofstream(data + "/postgresql.conf", std::ios::app)
        << "listen_addresses = '127.0.0.1'\nport = " << port_ << "\nunix_socket_directories = '"
        << folder_ << "'\nfsync = off\nshared_buffers = 32MB\nssl = on\nssl_ca_file = '" << folder_
        << "/ca.crt'\nssl_cert_file = '" << folder_ << "/server.crt'\nssl_key_file = '" << folder_
        << "/server.key'\n";
    run_as_server_user(program_path("pg_ctl") + " -D " + data + " start -w -l " + folder_ + "/log",
                       folder_);
}

TlsServer::~TlsServer()
{
    try {
        run_as_server_user(program_path("pg_ctl") + " -D " + folder_ + "/data stop -m immediate",
                           folder_);
    } catch (std::exception const&) {
        // It did not start.
    }
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

void TlsServer::make_certificates() const
{
    for (auto const& command :
         {authority("ca"), authority("other_ca"), certificate("server", "localhost", "ca"),
          certificate("clerk", "clerk", "ca"), certificate("stranger", "clerk", "other_ca")})
        run_as_server_user(command, folder_);
    for (auto const* const name : {"clerk.key", "stranger.key"}) { // a client reads its own
        std::filesystem::copy_file(file(name), file("copy"));
        std::filesystem::permissions(file("copy"), std::filesystem::perms::owner_read);
        std::filesystem::rename(file("copy"), file(name));
    }
}

std::string TlsServer::url(std::string const& user, std::string const& more) const
{
    return "host=localhost hostaddr=127.0.0.1 port=" + std::to_string(port_) +
           " dbname=postgres user=" + user + " sslmode=verify-full sslrootcert=" + file("ca.crt") +
           " " + more;
}

std::string TlsServer::clerk(std::string const& more) const
{
    return url("clerk",
               "sslcert=" + file("clerk.crt") + " sslkey=" + file("clerk.key") + " " + more);
}

void TlsServer::exec(std::string const& sql) const
{
    pqxx::connection connection("host=" + folder_ + " port=" + std::to_string(port_) +
                                " user=postgres dbname=postgres");
    pqxx::nontransaction(connection).exec(sql);
}
