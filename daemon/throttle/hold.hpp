// SPDX-License-Identifier: MIT
#pragma once

#include <rowbot/worker.hpp>

namespace rowbot
{

/// Why a table must wait; false where it need not.
struct Hold {
    WaitFor for_what = WaitFor::pause;
    std::string why{}; ///< For people.

    explicit operator bool() const noexcept { return !why.empty(); }
    friend bool operator==(Hold const&, Hold const&) = default;
};

} // namespace rowbot
