// SPDX-License-Identifier: MIT
#include "cli/connection_string.hpp"

#include "store/password.hpp"

#include <rowbot/errors.hpp>

#include <map>
#include <memory>
#include <string_view>

#include <libpq-fe.h>

namespace rowbot::cli
{
namespace
{

struct Parsed {
    std::map<std::string, std::string> options{}; ///< Without the passwords.
    std::string error{};                          ///< Empty: it is well-formed.
};

Parsed parse(std::string const& connection)
{
    Parsed parsed;
    char* error = nullptr;
    std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> const options(
        PQconninfoParse(connection.c_str(), &error), PQconninfoFree);
    if (!options) parsed.error = error == nullptr ? "out of memory" : error;
    PQfreemem(error);
    for (auto const* option = options.get(); option && option->keyword != nullptr; ++option)
        if (option->val != nullptr && !std::string_view(option->keyword).ends_with("password"))
            parsed.options[option->keyword] = option->val;
    while (parsed.error.ends_with('\n')) parsed.error.pop_back();
    return parsed;
}

[[noreturn]] void refuse(std::string const& why)
{
    throw ConfigError("the connection string of the database is malformed: " + why);
}

} // namespace

void check_connection_string(std::string const& connection)
{
    auto const given = parse(connection);
    // The same without its passwords: what libpq says of that one shows none.
    auto const hidden = parse(without_password(connection));
    if (given.error.empty() && hidden.error.empty() && given.options == hidden.options) return;
    if (hidden.error.empty())
        refuse("it is the password; in a URL write its special characters as %40 (@), %2F (/), %3A "
               "(:), %3F (?), %23 (#) and %25 (%)");
    bool const without_scheme =
        connection.find("://") == std::string::npos && connection.find('@') != std::string::npos;
    refuse(without_scheme ? "a URL begins with postgresql://" : hidden.error);
}

} // namespace rowbot::cli
