// SPDX-License-Identifier: MIT
#pragma once

#include <rowbot/worker.hpp>

namespace sample
{

/// A clock that stands still until the test moves it.
class TestClock : public rowbot::Clock
{
public:
    Time now() override { return now_; }
    void wait(std::chrono::nanoseconds duration, std::stop_token) override { now_ += duration; }
    void advance(std::chrono::nanoseconds duration) { now_ += duration; }

private:
    Time now_{std::chrono::hours{1}};
};

} // namespace sample
