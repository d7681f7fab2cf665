// SPDX-License-Identifier: MIT
#pragma once

// A TCP client that says what no well-behaved one would, on the loopback address.

#include <cstdint>
#include <string>
#include <string_view>

class RawClient
{
public:
    /// Throws std::runtime_error where nobody listens.
    explicit RawClient(std::uint16_t port);
    ~RawClient();
    RawClient(RawClient&& other) noexcept : socket_(other.socket_) { other.socket_ = -1; }
    RawClient& operator=(RawClient&&) = delete;

    /// False where the other end does not take it any more.
    bool send(std::string_view text) const;
    /// Reads until the text has come, or the other end has closed; throws after ten seconds.
    std::string read_until(std::string_view text) const;
    /// The same until the other end has closed.
    std::string read_all() const { return read_until({}); }

private:
    int socket_ = -1;
};
