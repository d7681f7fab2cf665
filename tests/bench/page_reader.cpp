// SPDX-License-Identifier: MIT
#include "page_reader.hpp"

#include <boost/beast/http.hpp>

#include <stdexcept>

namespace bench
{

namespace http = boost::beast::http;

PageReader::PageReader(std::string const& socket)
{
    socket_.connect(boost::asio::local::stream_protocol::endpoint(socket));
}

void PageReader::get(std::string const& path)
{
    http::request<http::empty_body> request(http::verb::get, path, 11);
    request.set(http::field::host, "localhost");
    http::write(socket_, request);
    http::response<http::string_body> response;
    http::read(socket_, buffer_, response);
    if (response.result() != http::status::ok || response.body().empty() || !response.keep_alive())
        throw std::runtime_error(path + " answered " + std::to_string(response.result_int()) +
                                 ": " + response.body());
}

} // namespace bench
