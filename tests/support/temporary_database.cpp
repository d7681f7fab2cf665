// SPDX-License-Identifier: MIT
#include "temporary_database.hpp"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <stdexcept>

#include <unistd.h>

namespace
{

std::string server()
{
    char const* const server = std::getenv("ROWBOT_TEST_SERVER");
    if (server == nullptr || *server == '\0')
        throw std::runtime_error("run the tests with tests/run, or set ROWBOT_TEST_SERVER");
    return server;
}

/// Unlike every other on this server: the number of the process, a moment, and a count.
std::string fresh_name()
{
    static std::atomic<unsigned> count{0};
    auto const moment = std::chrono::system_clock::now().time_since_epoch().count() % 1'000'000'000;
    return "rowbot_test_" + std::to_string(getpid()) + "_" + std::to_string(moment) + "_" +
           std::to_string(++count);
}

/// The same server, another database.
std::string with_database(std::string const& server, std::string const& name)
{
    auto const scheme = server.find("://");
    if (scheme == std::string::npos || server.find('=') < scheme)
        return server + " dbname=" + name; // of two, libpq takes the last
    auto const query = std::min(server.find('?'), server.size());
    auto const path = std::min(server.find('/', scheme + 3), query);
    return server.substr(0, path) + "/" + name + server.substr(query);
}

pqxx::result run(std::string const& url, std::string const& sql)
{
    pqxx::connection connection(url);
    pqxx::nontransaction session(connection);
    return session.exec(sql);
}

} // namespace

TemporaryDatabase::TemporaryDatabase()
    : server_(server()), name_(fresh_name()), url_(with_database(server_, name_))
{
    run(server_, "CREATE DATABASE " + name_ + " TEMPLATE template0");
}

TemporaryDatabase::~TemporaryDatabase()
{
    try {
        run(server_, "DROP DATABASE IF EXISTS " + name_ + " WITH (FORCE)");
        // The roles that were made for it have its name at their end.
        for (auto const& row :
             run(server_, "SELECT quote_ident(rolname) FROM pg_roles WHERE rolname LIKE '%\\_' || "
                          "replace('" +
                              name_ + "', '_', '\\_')"))
            run(server_, std::string("DROP ROLE ") + row[0].c_str());
    } catch (std::exception const& e) {
        std::cerr << name_ << " stays behind: " << e.what() << '\n';
    }
}

std::unique_ptr<pqxx::connection> TemporaryDatabase::connect() const
{
    return std::make_unique<pqxx::connection>(url_);
}

void TemporaryDatabase::exec(std::string const& sql) const
{
    run(url_, sql);
}

std::string TemporaryDatabase::value(std::string const& sql) const
{
    auto const result = run(url_, sql);
    if (result.size() != 1 || result.columns() != 1)
        throw std::runtime_error("not one row with one column: " + sql);
    return result[0][0].c_str(); // libpq gives "" for NULL
}

std::string TemporaryDatabase::rows(std::string const& sql) const
{
    auto const result = run(url_, sql);
    std::string text;
    for (auto const& row : result) {
        if (!text.empty()) text += '\n';
        for (pqxx::row::size_type i = 0; i < row.size(); ++i) {
            if (i > 0) text += '|';
            text += row[i].is_null() ? "∅" : row[i].c_str();
        }
    }
    return text;
}
