// SPDX-License-Identifier: MIT
#pragma once

// The whole program, as a command line starts it: rowbot::run_daemon in a child process, whose
// exit code and output are a test's to look at. A crash of the child is an exit code too.

#include "await.hpp"
#include "temporary_database.hpp"

#include <rowbot/run_daemon.hpp>

#include <functional>

#include <sys/types.h>

struct Ended {
    int code = -1; ///< 128 + the signal, where one ended it.
    std::string out{}, err{};

    bool says(std::string_view text) const
    {
        return out.find(text) != std::string::npos || err.find(text) != std::string::npos;
    }
};

class Program
{
public:
    /// Starts it, as the role that its command needs (roles.hpp); `arguments` without the program's
    /// name. No other thread may run meanwhile.
    Program(std::vector<std::string> arguments, std::vector<rowbot::Table> tables);
    /// Kills it where it still runs.
    ~Program();
    Program(Program const&) = delete;
    Program& operator=(Program const&) = delete;

    /// What it has printed until now, to both outputs.
    std::string printed() const;
    /// Asks it to stop as a service manager does.
    void terminate() const;
    /// Waits for its end; a test fails where that takes over a minute.
    Ended wait();

private:
    pid_t pid_ = 0;
    int out_ = -1, err_ = -1;
};

/// The program from begin to end.
Ended run_program(std::vector<std::string> arguments, std::vector<rowbot::Table> tables = {});

/// The same with `--database` of this database.
Ended run_program(TemporaryDatabase const& db, std::vector<std::string> arguments,
                  std::vector<rowbot::Table> tables = {});
