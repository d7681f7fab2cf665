// SPDX-License-Identifier: MIT
#pragma once

// Asks a daemon for pages, one after the other on a connection that is kept.

#include <utility> // Boost 1.74's Asio forgets it

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <string>

namespace bench
{

class PageReader
{
public:
    /// Connects to a unix socket; throws where nobody listens there.
    explicit PageReader(std::string const& socket);

    /// Throws std::runtime_error where the answer is not 200 and a page, or the connection ends.
    void get(std::string const& path);

private:
    boost::asio::io_context context_{1};
    boost::asio::local::stream_protocol::socket socket_{context_};
    boost::beast::flat_buffer buffer_{};
};

} // namespace bench
