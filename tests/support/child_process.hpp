// SPDX-License-Identifier: MIT
#pragma once

// A program as a process of its own: started, sent signals, waited for, killed at the end of its
// scope. Known by its pid, never by its name.

#include <chrono>
#include <string>
#include <vector>

#include <sys/types.h>

class ChildProcess
{
public:
    /// A program and its arguments; a name without a slash is looked for in PATH. It gets the
    /// environment of the test: `env NAME=value program …` adds to it.
    explicit ChildProcess(std::vector<std::string> command);
    ~ChildProcess();
    ChildProcess(ChildProcess const&) = delete;
    ChildProcess& operator=(ChildProcess const&) = delete;

    /// 0 as soon as exit_code() has returned.
    pid_t pid() const noexcept { return pid_; }
    void send(int signal) const;
    /// True as soon as it has ended; false where it runs on after this time.
    bool ends_within(std::chrono::microseconds limit) const;
    /// Waits for its end, a minute and a half at most, and returns its exit code, or 128 + the
    /// signal.
    int exit_code();
    /// What it has said until now, on both of its outputs.
    std::string said() const;

private:
    pid_t pid_ = 0;
    int alive_ = -1; ///< The end of a pipe whose other end closes when the process ends.
    int output_ = -1;
};
