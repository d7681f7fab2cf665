// SPDX-License-Identifier: MIT
#pragma once

// A contestant: a program that runs to its end as a child process, and what the system says it
// took.

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <sys/types.h>

namespace bench
{

struct ChildRun {
    std::chrono::system_clock::time_point began{};
    double wall_s = 0;
    double cpu_s = 0; ///< User and system time.
    /// Its largest resident set. The system counts in what its parent had at the start.
    double peak_bytes = 0;
    std::shared_ptr<std::FILE> output{}; ///< All that it said, rewound.
};

using Command = std::vector<std::string>;

/// One that runs.
class Child
{
public:
    explicit Child(Command command);
    /// Kills it where nobody has waited for its end.
    ~Child();
    Child(Child const&) = delete;
    Child& operator=(Child const&) = delete;

    pid_t pid() const noexcept { return pid_; }
    bool has_said(std::string const& text);
    /// Throws std::runtime_error with what it said where it ends before.
    void await(std::string const& text);

    /// Waits for its end. Throws std::runtime_error with what it said where it does not exit with
    /// 0, and ends it where the benchmark is interrupted.
    ChildRun wait();
    /// The same, after SIGTERM.
    ChildRun stop();

private:
    [[noreturn]] void fail() const;

    Command command_;
    ChildRun run_{};
    std::chrono::steady_clock::time_point began_{};
    pid_t pid_ = 0;
    bool waited_ = false;
    std::string heard_{};
};

/// Runs it to its end, as Child::wait().
ChildRun run_child(Command const& command);

/// The largest resident set of this process so far.
double own_peak_bytes();

} // namespace bench
