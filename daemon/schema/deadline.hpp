// SPDX-License-Identifier: MIT
#pragma once

#include "store/session.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace rowbot::schema
{

/// The end of a whole run (`--timeout`): cancels the statement that is running then.
class Deadline
{
public:
    /// 0: there is none.
    explicit Deadline(std::chrono::milliseconds timeout);

    bool over() const noexcept { return std::chrono::steady_clock::now() >= end_; }
    /// Throws NotYetError when the time is over; also says so where a statement was cancelled.
    void check() const;
    std::chrono::steady_clock::time_point end() const noexcept { return end_; }

    /// The session on which a cancel would be needed, until the end of the scope.
    class Covering
    {
    public:
        Covering(Deadline& deadline, Session& session);
        ~Covering();
        Covering(Covering const&) = delete;
        Covering& operator=(Covering const&) = delete;

    private:
        Deadline& deadline_;
    };

private:
    void watch(std::stop_token stop);

    std::chrono::milliseconds timeout_;
    std::chrono::steady_clock::time_point end_;
    std::mutex mutex_{};
    std::condition_variable_any changed_{};
    Session* session_ = nullptr; // guarded by mutex_
    std::jthread thread_{};      // last: ends before what it uses
};

} // namespace rowbot::schema
