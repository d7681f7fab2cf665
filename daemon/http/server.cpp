// SPDX-License-Identifier: MIT
#include <utility> // Boost 1.74's Asio forgets it

#include "http/server.hpp"

#include "http/connection.hpp"

#include <rowbot/errors.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include <optional>
#include <thread>

#include <sys/stat.h>
#include <unistd.h>

namespace rowbot::http
{

namespace asio = boost::asio;
using Error = boost::system::error_code;
using Tcp = asio::ip::tcp;
using Unix = asio::local::stream_protocol;

namespace
{

/// Which file it is; none where it is no socket.
std::optional<std::pair<dev_t, ino_t>> socket_file(std::string const& path)
{
    struct stat file {
    };
    if (::lstat(path.c_str(), &file) != 0 || !S_ISSOCK(file.st_mode)) return std::nullopt;
    return std::pair(file.st_dev, file.st_ino);
}

/// A socket that nobody listens on any more is in the way of the next start. Any other file is
/// somebody's, and stays.
void remove_stale(asio::io_context& context, std::string const& path)
{
    if (!socket_file(path)) {
        if (::access(path.c_str(), F_OK) == 0)
            throw ConfigError("--http unix:" + path + ": there is a file that is no socket");
        return;
    }
    Unix::socket probe(context);
    Error error;
    probe.connect(path, error);
    if (error == asio::error::connection_refused) ::unlink(path.c_str());
}

template <class Acceptor, class Address>
void listen(Acceptor& acceptor, Address const& address, Endpoint const& endpoint)
{
    Error error;
    acceptor.open(address.protocol(), error);
    // Lets the next start have the port at once; two listeners at once it does not allow.
    if (!error && !endpoint.address.empty())
        acceptor.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor.bind(address, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error == asio::error::address_in_use)
        throw ConfigError("--http " + endpoint.text() +
                          ": somebody listens there already, another daemon perhaps; give each its "
                          "own");
    if (error)
        throw ConfigError("--http " + endpoint.text() +
                          ": cannot listen there: " + error.message());
}

} // namespace

struct Server::State {
    State(Endpoint e, Handler handler, Limits l)
        : endpoint(std::move(e)), connections(std::move(handler), l)
    {
        if (endpoint.address.empty()) {
            remove_stale(context, endpoint.path);
            listen(local, Unix::endpoint(endpoint.path), endpoint);
            bound = socket_file(endpoint.path);
            accept(local);
        } else {
            listen(tcp, Tcp::endpoint(asio::ip::make_address(endpoint.address), endpoint.port),
                   endpoint);
            endpoint.port = tcp.local_endpoint().port();
            accept(tcp);
        }
        thread = std::jthread([this] {
            pthread_setname_np(pthread_self(), "rowbot-http");
            context.run();
        });
    }

    ~State()
    {
        connections.end();
        context.stop();
        thread.join();
        if (bound && socket_file(endpoint.path) == bound) ::unlink(endpoint.path.c_str());
    }

    template <class Acceptor> void accept(Acceptor& acceptor)
    {
        acceptor.async_accept([this, &acceptor](Error error, auto socket) {
            if (!error) {
                connections.begin(Socket(std::move(socket)));
                accept(acceptor);
                return;
            }
            // No file descriptor is left, say: not again at once.
            pause.expires_after(std::chrono::milliseconds{100});
            pause.async_wait([this, &acceptor](Error) { accept(acceptor); });
        });
    }

    Endpoint endpoint;
    std::optional<std::pair<dev_t, ino_t>> bound{}; ///< The socket that is ours.
    Connections connections; // before the context, whose end ends each of them
    asio::io_context context{1};
    Tcp::acceptor tcp{context};
    Unix::acceptor local{context};
    asio::steady_timer pause{context};
    std::jthread thread{};
};

Server::Server(Endpoint const& endpoint, Handler handler, Limits limits)
    : state_(std::make_unique<State>(endpoint, std::move(handler), limits))
{
}

Server::~Server() = default;

Endpoint const& Server::endpoint() const noexcept
{
    return state_->endpoint;
}

} // namespace rowbot::http
