// SPDX-License-Identifier: MIT
#include "http/endpoint.hpp"

#include <rowbot/errors.hpp>

#include <charconv>

#include <arpa/inet.h>
#include <sys/un.h>

namespace rowbot::http
{
namespace
{

[[noreturn]] void refuse(std::string const& text)
{
    throw ConfigError("'" + text +
                      "' is no place to listen: it is PORT (on 127.0.0.1), ADDRESS:PORT with a "
                      "numeric address, [IPV6]:PORT, or unix:/path/to/socket");
}

bool is_address(int family, std::string const& text)
{
    unsigned char bytes[16];
    return inet_pton(family, text.c_str(), bytes) == 1;
}

} // namespace

std::string Endpoint::text() const
{
    if (address.empty()) return "unix:" + path;
    bool const six = address.find(':') != std::string::npos;
    return (six ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

Endpoint parse_endpoint(std::string const& text)
{
    Endpoint endpoint;
    if (text.starts_with("unix:")) {
        endpoint.path = text.substr(5);
        if (endpoint.path.empty()) refuse(text);
        if (endpoint.path.size() >= sizeof sockaddr_un::sun_path)
            throw ConfigError("'" + endpoint.path + "' is longer than the " +
                              std::to_string(sizeof sockaddr_un::sun_path - 1) +
                              " bytes that the path of a unix socket may have");
        return endpoint;
    }
    auto const colon = text.rfind(':');
    auto const port = colon == std::string::npos ? text : text.substr(colon + 1);
    auto const [end, error] =
        std::from_chars(port.data(), port.data() + port.size(), endpoint.port);
    if (error != std::errc{} || end != port.data() + port.size()) refuse(text);
    endpoint.address = colon == std::string::npos ? "127.0.0.1" : text.substr(0, colon);
    if (endpoint.address == "localhost") endpoint.address = "127.0.0.1";
    if (endpoint.address.starts_with('[') && endpoint.address.ends_with(']')) {
        endpoint.address = endpoint.address.substr(1, endpoint.address.size() - 2);
        if (!is_address(AF_INET6, endpoint.address)) refuse(text);
    } else if (!is_address(AF_INET, endpoint.address)) {
        refuse(text);
    }
    return endpoint;
}

} // namespace rowbot::http
