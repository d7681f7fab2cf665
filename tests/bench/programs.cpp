// SPDX-License-Identifier: MIT
#include "programs.hpp"

namespace bench
{

Command daemon_run(Server const& server, std::string const& tables)
{
    return {BENCH_DAEMON, tables,       "run",          "--once", "--duty",      "1",
            "--database", server.url(), "--log-format", "json",   "--log-level", "debug"};
}

Command daemon_serve(Server const& server, std::string const& tables, std::string const& socket)
{
    auto command = daemon_run(server, tables);
    std::erase(command, "--once");
    command.insert(command.end(), {"--http", "unix:" + socket});
    return command;
}

Command daemon_gate(Server const& server, std::string const& table)
{
    return {BENCH_DAEMON, "document", "gate", table, "--database", server.url()};
}

Command migrate_up(Server const& server, std::string const& folder)
{
    return {BENCH_DAEMON, "document",   "migrate",      "up",
            "--database", server.url(), "--migrations", folder};
}

Command client(Server const& server, std::string const& method, std::int64_t rows)
{
    return {BENCH_CLIENT, method, server.url(), std::to_string(rows)};
}

Command domain(Server const& server, std::int64_t rows)
{
    return {BENCH_DOMAIN, server.url(), std::to_string(rows)};
}

} // namespace bench
