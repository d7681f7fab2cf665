// SPDX-License-Identifier: MIT
#pragma once

#include "http/endpoint.hpp"

#include <chrono>

namespace rowbot::http
{

struct Answer {
    unsigned status = 0;
    std::string body{};
};

/// Asks a Server for a page; an endpoint on every address (0.0.0.0, ::) is asked on the loopback
/// one. Throws std::runtime_error where nobody answers within `limit`.
Answer get(Endpoint const& endpoint, std::string const& path, std::chrono::milliseconds limit);

} // namespace rowbot::http
