// SPDX-License-Identifier: MIT
#include "await.hpp"

#include <chrono>
#include <stdexcept>
#include <thread>

void await(std::string const& what, std::function<bool()> const& happened)
{
    auto const limit = std::chrono::steady_clock::now() + std::chrono::minutes{1};
    while (!happened()) {
        if (std::chrono::steady_clock::now() > limit)
            throw std::runtime_error("waited in vain for " + what);
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
}
