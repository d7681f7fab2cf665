// SPDX-License-Identifier: MIT
#pragma once

#include "child_process.hpp"

/// The test daemon as a process of its own.
class Daemon : public ChildProcess
{
public:
    /// `run` with these options, on this database; each row takes so many microseconds.
    Daemon(std::string const& database, std::vector<std::string> const& options, int row_us = 0);
};
