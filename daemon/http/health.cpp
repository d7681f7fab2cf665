// SPDX-License-Identifier: MIT
#include "http/health.hpp"

namespace rowbot::http
{

std::string Health::sickness() const
{
    auto const silent = stuck_for_();
    if (silent < stuck_after_) return {};
    auto const seconds = std::chrono::duration_cast<std::chrono::seconds>(silent).count();
    return "the walk has not taken a step for " + std::to_string(seconds) +
           " s, and waits for nobody: an upgrade does not return";
}

std::vector<std::string> Health::unready() const
{
    std::lock_guard const lock(mutex_);
    return unready_;
}

void Health::unready(std::vector<std::string> reasons)
{
    std::lock_guard const lock(mutex_);
    unready_ = std::move(reasons);
}

void Health::started(std::size_t)
{
    std::lock_guard const lock(mutex_);
    started_ = true;
    unready_.clear();
}

void Health::waiting(std::string const& table, WaitFor what, std::string const& why)
{
    std::lock_guard const lock(mutex_);
    if (started_ || !table.empty()) return;
    unready_ = {what == WaitFor::lock ? "it waits for a lock: " + why : why};
}

} // namespace rowbot::http
