// SPDX-License-Identifier: MIT
#pragma once

// A small HTTP/1.1 server for a few pages that are read: GET and HEAD. Asynchronous, on one thread
// of its own, so that idle and slow clients cost a socket each and delay nobody.

#include "http/endpoint.hpp"

#include <chrono>
#include <functional>
#include <memory>

namespace rowbot::http
{

struct Response {
    unsigned status = 200;
    std::string type = "application/json";
    std::string body{};
};

/// Answers a request; once, from any thread.
using Respond = std::function<void(Response)>;

/// Told the path, without a query. Called on the server's thread, must not block: what takes time
/// responds later.
using Handler = std::function<void(std::string const& path, Respond respond)>;

struct Limits {
    /// Beyond so many connections the one that has been idle for longest is closed.
    std::size_t connections = 512;
    std::uint32_t header_bytes = 8 * 1024;
    std::chrono::milliseconds idle{std::chrono::seconds{60}}; ///< Between two requests.
    std::chrono::milliseconds request{
        std::chrono::seconds{10}};                             ///< From its first byte to its last.
    std::chrono::milliseconds answer{std::chrono::seconds{5}}; ///< Then 503.
    std::chrono::milliseconds send{std::chrono::seconds{10}};  ///< Until the client has read it.
};

class Server
{
public:
    /// Listens and serves from now on. Throws ConfigError where that is not possible: the port is
    /// in use, the address is not this machine's.
    Server(Endpoint const& endpoint, Handler handler, Limits limits = {});
    /// Closes every connection, and takes the unix socket away.
    ~Server();

    /// With the port that it got.
    Endpoint const& endpoint() const noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace rowbot::http
