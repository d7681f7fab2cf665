// SPDX-License-Identifier: MIT
#include <rowbot/worker.hpp>

#include <condition_variable>
#include <mutex>

namespace rowbot
{
namespace
{

class SystemClock final : public Clock
{
public:
    Time now() override { return std::chrono::steady_clock::now(); }
    void wait(std::chrono::nanoseconds duration, std::stop_token stop) override
    {
        std::mutex mutex;
        std::condition_variable_any changed;
        std::unique_lock lock(mutex);
        changed.wait_for(lock, stop, duration, [] { return false; });
    }
};

} // namespace

Clock& Clock::system()
{
    static SystemClock clock;
    return clock;
}

} // namespace rowbot
