// SPDX-License-Identifier: MIT
#pragma once

// The processor time of processes and threads that live, from /proc.

#include <filesystem>
#include <string>

#include <sys/types.h>

namespace bench
{

struct ProcessTimes {
    int parent = 0;
    double own_s = 0, reaped_s = 0; ///< In steps of 10 ms.
};

/// Of a folder below /proc; nothing where the process is gone.
ProcessTimes times_of(std::filesystem::path const& process);

/// Of the process's thread of that name, to the nanosecond. Throws std::runtime_error where there
/// is none.
double thread_cpu_s(pid_t process, std::string const& thread);

} // namespace bench
