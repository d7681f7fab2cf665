// SPDX-License-Identifier: MIT
#include <rowbot/migrate.hpp>

#include "store/session.hpp"

#include <thread>

namespace rowbot
{

using namespace std::chrono_literals;

namespace
{

/// As libpq wants a value in a connection string.
std::string quoted(std::string const& value)
{
    std::string text = "'";
    for (char const c : value)
        text += c == '\'' || c == '\\' ? std::string{'\\', c} : std::string(1, c);
    return text + "'";
}

/// Only the database differs; of two equal keywords libpq takes the later.
std::string leading_to(std::string const& connection, std::string const& database)
{
    auto const scheme = connection.find("://");
    if (scheme == std::string::npos)
        return connection + (connection.empty() ? "" : " ") + "dbname=" + quoted(database);
    auto const path = connection.find('/', scheme + 3);
    auto const query = connection.find('?', scheme + 3);
    auto const authority = connection.substr(0, std::min(path, query));
    return authority + "/" + database +
           (query == std::string::npos ? "" : connection.substr(query));
}

/// It exists already (42P04), or another program was creating it at the same moment (23505).
bool exists_already(pqxx::sql_error const& error)
{
    return error.sqlstate() == "42P04" || error.sqlstate() == "23505";
}

} // namespace

bool create_db(std::string const& name, std::string const& connection,
               std::string const& default_database)
{
    if (name.empty() || name.size() > 63 || name.find('\0') != std::string::npos)
        throw ConfigError("'" + name + "' cannot be the name of a database: 1 to 63 bytes");
    Session session(leading_to(connection, default_database), "rowbot create-db");
    if (!session.exec("SELECT FROM pg_catalog.pg_database WHERE datname = $1", {name}).empty())
        return false;
    for (int attempts = 0;; ++attempts) {
        try {
            session.exec("CREATE DATABASE " + detail::quote_identifier(name));
            return true;
        } catch (pqxx::sql_error const& e) {
            if (exists_already(e)) return false;
            // 55006: somebody is connected to the template, usually another CREATE DATABASE.
            if (e.sqlstate() != "55006" || attempts >= 50) throw;
        }
        std::this_thread::sleep_for(100ms);
    }
}

} // namespace rowbot
