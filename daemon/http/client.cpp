// SPDX-License-Identifier: MIT
#include <utility> // Boost 1.74's Asio forgets it

#include "http/client.hpp"

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <stdexcept>

namespace rowbot::http
{

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using Error = boost::system::error_code;

namespace
{

/// What a listener on every address is reached by from here.
std::string reachable(std::string const& address)
{
    return address == "0.0.0.0" ? "127.0.0.1" : address == "::" ? "::1" : address;
}

asio::generic::stream_protocol::endpoint target(Endpoint const& endpoint)
{
    if (endpoint.address.empty()) return asio::local::stream_protocol::endpoint(endpoint.path);
    return asio::ip::tcp::endpoint(asio::ip::make_address(reachable(endpoint.address)),
                                   endpoint.port);
}

} // namespace

Answer get(Endpoint const& endpoint, std::string const& path, std::chrono::milliseconds limit)
{
    asio::io_context context{1};
    beast::basic_stream<asio::generic::stream_protocol> stream(context);
    bhttp::request<bhttp::empty_body> request(bhttp::verb::get, path, 11);
    request.set(bhttp::field::host, endpoint.address.empty() ? "localhost" : endpoint.text());
    request.keep_alive(false);
    beast::flat_buffer buffer;
    bhttp::response<bhttp::string_body> response;
    Error result = asio::error::timed_out;
    stream.expires_after(limit);
    stream.async_connect(target(endpoint), [&](Error connected) {
        result = connected;
        if (connected) return;
        bhttp::async_write(stream, request, [&](Error written, std::size_t) {
            result = written;
            if (written) return;
            bhttp::async_read(stream, buffer, response,
                              [&](Error read, std::size_t) { result = read; });
        });
    });
    context.run();
    if (result)
        throw std::runtime_error("nobody answers at " + endpoint.text() + ": " + result.message());
    return {response.result_int(), std::move(response.body())};
}

} // namespace rowbot::http
