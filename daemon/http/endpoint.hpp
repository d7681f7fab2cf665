// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

namespace rowbot::http
{

/// Where the pages are served: an address and a port, or a unix socket.
struct Endpoint {
    std::string address{};  ///< `127.0.0.1`, `::1`, `0.0.0.0`; empty: a unix socket.
    std::uint16_t port = 0; ///< 0: any that is free.
    std::string path{};     ///< Of the unix socket.

    /// As it can be given: `127.0.0.1:9187`, `[::1]:9187`, `unix:/run/rowbot/http`.
    std::string text() const;
};

/// Reads `PORT` (on the loopback address), `ADDRESS:PORT`, `[IPV6]:PORT` or `unix:PATH`. Throws
/// ConfigError.
Endpoint parse_endpoint(std::string const& text);

} // namespace rowbot::http
