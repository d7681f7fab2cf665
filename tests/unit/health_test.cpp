// SPDX-License-Identifier: MIT
#include "http/health.hpp"

#include <doctest/doctest.h>

using namespace rowbot;
using namespace std::chrono_literals;

namespace
{

using Reasons = std::vector<std::string>;

http::Health new_health()
{
    return {[] { return 0ns; }, 5min};
}

} // namespace

TEST_CASE("before it has started, what a program waits for is why it is not ready")
{
    auto health = new_health();
    CHECK(health.unready() == Reasons{"it has only just begun"});
    health.unready({"migration 1_a.sql is not applied", "migration 2_b.sql is not applied"});
    health.waiting("", WaitFor::database, "the database cannot be reached: away");
    CHECK(health.unready() == Reasons{"the database cannot be reached: away"});
    health.waiting("", WaitFor::lock, "canceling statement due to lock timeout");
    CHECK(health.unready() ==
          Reasons{"it waits for a lock: canceling statement due to lock timeout"});
    health.started(1);
    CHECK(health.unready().empty());
}

TEST_CASE("what is waited for after the start, and a table that waits, leave it ready")
{
    auto health = new_health();
    health.waiting("article", WaitFor::pause, "paused");
    CHECK(health.unready() == Reasons{"it has only just begun"});
    health.started(1);
    health.waiting("", WaitFor::database, "away");
    health.waiting("article", WaitFor::pause, "paused");
    CHECK(health.unready().empty());
}
