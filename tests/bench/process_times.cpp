// SPDX-License-Identifier: MIT
#include "process_times.hpp"

#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <vector>

#include <unistd.h>

namespace bench
{

/// https://man7.org/linux/man-pages/man5/proc.5.html
ProcessTimes times_of(std::filesystem::path const& process)
{
    std::ifstream file(process / "stat");
    std::string const text(std::istreambuf_iterator<char>(file), {});
    auto const name_end = text.rfind(')'); // the name may hold anything
    if (name_end == std::string::npos) return {};
    std::istringstream rest(text.substr(name_end + 1));
    std::vector<std::string> const fields(std::istream_iterator<std::string>(rest), {});
    auto const tick = static_cast<double>(sysconf(_SC_CLK_TCK));
    auto const ticks = [&](std::size_t field) { return std::stod(fields.at(field)) / tick; };
    return {std::stoi(fields.at(1)), ticks(11) + ticks(12), ticks(13) + ticks(14)};
}

/// `stat` counts in steps longer than a few requests take; `schedstat` counts nanoseconds:
/// https://docs.kernel.org/scheduler/sched-stats.html
double thread_cpu_s(pid_t process, std::string const& thread)
{
    auto const threads = std::filesystem::path("/proc") / std::to_string(process) / "task";
    for (auto const& entry : std::filesystem::directory_iterator(threads)) {
        std::string name;
        std::getline(std::ifstream(entry.path() / "comm"), name);
        double nanoseconds = 0;
        if (name == thread && std::ifstream(entry.path() / "schedstat") >> nanoseconds)
            return nanoseconds / 1e9;
    }
    throw std::runtime_error("the daemon has no thread " + thread + ", or no schedstat");
}

} // namespace bench
