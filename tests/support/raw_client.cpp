// SPDX-License-Identifier: MIT
#include "raw_client.hpp"

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

RawClient::RawClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
{
    timeval const limit{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<sockaddr const*>(&address), sizeof address) != 0)
        throw std::runtime_error("connect: " + std::string(std::strerror(errno)));
}

RawClient::~RawClient()
{
    if (socket_ >= 0) ::close(socket_);
}

bool RawClient::send(std::string_view text) const
{
    return ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(text.size());
}

std::string RawClient::read_until(std::string_view text) const
{
    std::string all;
    char part[4096];
    while (text.empty() || all.find(text) == std::string::npos) {
        auto const bytes = ::recv(socket_, part, sizeof part, 0);
        if (bytes == 0 || (bytes < 0 && errno == ECONNRESET)) break;
        if (bytes < 0) throw std::runtime_error("no answer within ten seconds, only: " + all);
        all.append(part, static_cast<std::size_t>(bytes));
    }
    return all;
}
