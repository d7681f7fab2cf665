// SPDX-License-Identifier: MIT
#pragma once

#include <stop_token>
#include <thread>

namespace rowbot::cli
{

/// Turns SIGTERM and SIGINT into a stop request, while it lives. Construct it before other threads
/// start: they inherit the signal mask.
class StopSignals
{
public:
    StopSignals();
    std::stop_token token() const { return stop_.get_token(); }

private:
    std::stop_source stop_;
    std::jthread thread_;
};

} // namespace rowbot::cli
