// SPDX-License-Identifier: MIT
#pragma once

// The test daemon as a process of its own: started, sent signals, waited for, killed at the end of
// its scope. Known by its pid, never by its name.

#include <chrono>
#include <string>
#include <vector>

#include <sys/types.h>

class Daemon
{
public:
    /// `run` with these options, on this database; each row takes so many microseconds.
    Daemon(std::string const& database, std::vector<std::string> options, int row_us = 0);
    ~Daemon();
    Daemon(Daemon const&) = delete;
    Daemon& operator=(Daemon const&) = delete;

    void send(int signal) const;
    /// True as soon as it has ended; false where it runs on after this time.
    bool ends_within(std::chrono::microseconds limit) const;
    /// Waits for its end, a minute and a half at most, and returns its exit code, or 128 + the
    /// signal.
    int exit_code();
    /// What it has said until now.
    std::string said() const;

private:
    pid_t pid_ = 0;
    int alive_ = -1; ///< The end of a pipe whose other end closes when the process ends.
    int output_ = -1;
};
