// SPDX-License-Identifier: MIT
#pragma once

// The connections of a Server, and what is said on each. Everything happens on the server's thread.

#include <utility> // Boost 1.74's Asio forgets it

#include "http/server.hpp"

#include <boost/asio/generic/stream_protocol.hpp>

#include <list>
#include <mutex>

namespace rowbot::http
{

using Socket = boost::asio::generic::stream_protocol::socket;

class Connection;

/// Those that are open: as many as the limit allows.
class Connections
{
public:
    Connections(Handler handler, Limits limits) : handler_(std::move(handler)), limits_(limits) {}

    void begin(Socket socket);
    /// From now on no answer comes back from other threads; any thread.
    void end();

private:
    friend class Connection;
    /// Whoever answers late must not reach for a server that is gone.
    struct Gate {
        std::mutex mutex{};
        bool open = true;
    };
    using Open = std::list<std::weak_ptr<Connection>>;

    /// Moves it behind all that were busy before it.
    void touch(Open::iterator connection);

    std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
    Handler handler_;
    Limits limits_;
    Open open_{}; ///< The longest idle one first.
};

} // namespace rowbot::http
