// SPDX-License-Identifier: MIT
#include "schema/deadline.hpp"

#include <rowbot/migrate.hpp>

namespace rowbot::schema
{

using std::chrono::steady_clock;

Deadline::Deadline(std::chrono::milliseconds timeout)
    : timeout_(timeout),
      end_(timeout.count() == 0 ? steady_clock::time_point::max() : steady_clock::now() + timeout)
{
    if (timeout.count() != 0) thread_ = std::jthread([this](std::stop_token stop) { watch(stop); });
}

void Deadline::check() const
{
    if (over())
        throw NotYetError("the run was ended after --timeout, " + std::to_string(timeout_.count()) +
                          " ms; what was applied before stays, the rest is still to be done");
}

void Deadline::watch(std::stop_token stop)
{
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, stop, end_, [] { return false; });
    // A statement that begins just now is missed by the cancel, hence more than one.
    while (!stop.stop_requested()) {
        if (session_ != nullptr) session_->cancel();
        changed_.wait_for(lock, stop, std::chrono::milliseconds{100}, [] { return false; });
    }
}

Deadline::Covering::Covering(Deadline& deadline, Session& session) : deadline_(deadline)
{
    std::lock_guard const lock(deadline_.mutex_);
    deadline_.session_ = &session;
}

Deadline::Covering::~Covering()
{
    std::lock_guard const lock(deadline_.mutex_);
    deadline_.session_ = nullptr;
}

} // namespace rowbot::schema
