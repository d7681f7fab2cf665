// SPDX-License-Identifier: MIT
#include "http/endpoint.hpp"

#include <rowbot/errors.hpp>

#include <doctest/doctest.h>

using rowbot::http::parse_endpoint;

TEST_CASE("an endpoint is a port of the loopback address, an address with a port, or a socket")
{
    CHECK(parse_endpoint("9187").text() == "127.0.0.1:9187");
    CHECK(parse_endpoint("localhost:9187").text() == "127.0.0.1:9187");
    CHECK(parse_endpoint("0.0.0.0:80").text() == "0.0.0.0:80");
    CHECK(parse_endpoint("[::1]:80").text() == "[::1]:80");
    CHECK(parse_endpoint("unix:/run/a b/http").text() == "unix:/run/a b/http");
}

TEST_CASE("what is no endpoint is refused with what would be one")
{
    for (auto const* const text :
         {"", ":", "80x", "-1", "65536", "host.example:80", "1.2.3:80", "::1:80", "[::1]", "[]:80",
          "[1.2.3.4]:80", "unix:", "127.0.0.1:", "http://127.0.0.1:80"}) {
        CAPTURE(text);
        CHECK_THROWS_WITH_AS(parse_endpoint(text), doctest::Contains("it is PORT"),
                             rowbot::ConfigError);
    }
    CHECK_THROWS_WITH_AS(parse_endpoint("unix:/" + std::string(200, 'x')),
                         doctest::Contains("107 bytes"), rowbot::ConfigError);
}
