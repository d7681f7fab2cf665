// SPDX-License-Identifier: MIT
#include "roles.hpp"

#include "store/state_schema.hpp"

#include <algorithm>
#include <regex>

using rowbot::Access;
using rowbot::Session;

namespace
{

bool is_own(std::string const& url)
{
    static std::regex const own("(.* dbname=|postgres.*/)rowbot_test_[0-9_]+");
    return std::regex_match(url, own);
}

std::string name_of(Access access, std::string const& database)
{
    return (access == Access::watch ? "watcher_" : "walker_") + database;
}

std::string with_user(std::string const& url, std::string const& user)
{
    return url + (url.find("://") == std::string::npos ? " user=" : "?user=") + user;
}

void create(Session& session, std::string const& role)
{
    if (session.exec("SELECT FROM pg_roles WHERE rolname = $1", {role}).empty())
        session.exec("CREATE ROLE " + role + " LOGIN");
}

/// Those that the program names, and those that are registered.
std::vector<std::string> names_of(Session& session, std::vector<rowbot::Table> const& tables)
{
    std::vector<std::string> names;
    for (auto const& table : tables) names.push_back(rowbot::table_name(session, table.name));
    if (rowbot::has_state_schema(session))
        for (auto const& row : session.exec("SELECT table_name FROM rowbot.walk"))
            if (rowbot::canonical_name(session, row[0].c_str())) names.emplace_back(row[0].c_str());
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

} // namespace

std::string as_role(std::string const& url, Access access, std::vector<rowbot::Table> tables,
                    std::string const& migrations_table)
{
    if (!is_own(url)) return url;
    Session session(url, "test");
    session.exec("SET default_transaction_read_only = off");
    std::string const database = session.exec("SELECT current_database()")[0][0].c_str();
    auto const role = name_of(access, database);
    try {
        if (access == Access::walk) rowbot::ensure_state_schema(session);
        auto const names = names_of(session, tables);
        // Of what is registered only the names are written: by a cleanup.
        if (access == Access::walk)
            for (auto const& name : names)
                if (std::none_of(tables.begin(), tables.end(), [&](auto const& table) {
                        return rowbot::canonical_name(session, table.name) == name;
                    }))
                    tables.push_back({.name = name});
        create(session, role);
        std::string sql;
        for (auto const& name : names)
            for (auto const& statement :
                 rowbot::grants_for(session, {.table = name,
                                             .role = role,
                                             .access = access,
                                             .carried = tables,
                                             .migrations_table = migrations_table})
                     .statements)
                sql += statement;
        if (names.empty()) return url;
        session.exec(sql);
    } catch (rowbot::Error const&) {
        return url; // the program refuses it, whoever runs it
    }
    return with_user(url, role);
}

std::string as_owner(TemporaryDatabase const& db)
{
    return with_user(db.url(), db.value("SELECT session_user"));
}

std::string walker(TemporaryDatabase const& db)
{
    Session session(db.url(), "test");
    auto const name = name_of(Access::walk, db.name());
    create(session, name);
    return name;
}

std::vector<std::string> as_role(std::vector<std::string> arguments,
                                 std::vector<rowbot::Table> const& tables)
{
    auto const& command = arguments.at(0);
    bool const walks = command == "run" || command == "cleanup";
    if (!walks && command != "status" && command != "gate") return arguments;
    bool const dry = std::find(arguments.begin(), arguments.end(), "--dry-run") != arguments.end();
    auto const flag = std::find(arguments.begin(), arguments.end(), "--database");
    if (dry || flag == arguments.end() || flag + 1 == arguments.end()) return arguments;
    *(flag + 1) = as_role(*(flag + 1), walks ? Access::walk : Access::watch, tables);
    return arguments;
}
