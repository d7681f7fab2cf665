// SPDX-License-Identifier: MIT
#include "programs.hpp"

namespace
{

std::vector<std::string> node_command(TemporaryDatabase const& db, MigrationsFolder const& folder,
                                      std::string const& package)
{
    auto const connection = db.connect();
    return {"env",
            "PGAPPNAME=node",
            "PGHOST=" + std::string(connection->hostname()),
            "PGPORT=" + std::string(connection->port()),
            "PGUSER=" + std::string(connection->username()),
            "PGDATABASE=" + db.name(),
            std::string("NODE_PATH=") + NODE_MODULES,
            "node",
            MIGRATE_JS,
            package,
            folder.path()};
}

std::vector<std::string> rowbot_command(std::string const& url, MigrationsFolder const& folder,
                                        std::vector<std::string> const& words)
{
    std::vector<std::string> command{"env",          "PGAPPNAME=rowbot", ROWBOT,
                                     "migrate",      "--database",       url,
                                     "--migrations", folder.path()};
    command.insert(command.begin() + 4, words.begin(), words.end());
    return command;
}

} // namespace

Node::Node(TemporaryDatabase const& db, MigrationsFolder const& folder, std::string const& package)
    : ChildProcess(node_command(db, folder, package))
{
}

Rowbot::Rowbot(std::string const& url, MigrationsFolder const& folder,
               std::vector<std::string> const& words)
    : ChildProcess(rowbot_command(url, folder, words))
{
}

std::string end_of(ChildProcess& program)
{
    auto const code = std::to_string(program.exit_code());
    return code + ": " + program.said();
}

std::string node(TemporaryDatabase const& db, MigrationsFolder const& folder,
                 std::string const& package)
{
    Node program(db, folder, package);
    return end_of(program);
}

std::string rowbot_migrate(TemporaryDatabase const& db, MigrationsFolder const& folder,
                           std::string const& command)
{
    Rowbot program(db.url(), folder, {command, "--log-level", "warning"});
    return end_of(program);
}
