// SPDX-License-Identifier: MIT
#include "child.hpp"

#include "interrupt.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <stdexcept>

#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bench
{
namespace
{

double seconds(timeval const& time)
{
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

pid_t start(Command command, int output)
{
    std::vector<char*> arguments;
    for (auto& argument : command) arguments.push_back(argument.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
    pid_t pid = 0;
    int const failed =
        posix_spawn(&pid, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) throw std::runtime_error(command[0] + " cannot be started");
    return pid;
}

std::string said(std::FILE* output)
{
    constexpr std::size_t most = 4000;
    char text[most];
    std::fseek(output, 0, SEEK_END);
    std::fseek(output, std::max(0L, std::ftell(output) - static_cast<long>(most)), SEEK_SET);
    return {text, std::fread(text, 1, most, output)};
}

} // namespace

ChildRun run_child(Command const& command)
{
    throw_if_interrupted();
    ChildRun run;
    run.output.reset(std::tmpfile(), [](std::FILE* file) {
        if (file != nullptr) std::fclose(file);
    });
    if (!run.output) throw std::runtime_error("no temporary file can be made");

    run.began = std::chrono::system_clock::now();
    auto const began = std::chrono::steady_clock::now();
    pid_t const pid = start(command, fileno(run.output.get()));
    int status = 0;
    rusage used{};
    while (wait4(pid, &status, 0, &used) < 0 && errno == EINTR)
        if (interrupted()) kill(pid, SIGTERM);
    run.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    throw_if_interrupted();
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        std::string line;
        for (auto const& argument : command) line += argument + " ";
        throw std::runtime_error(line + "failed; it said: " + said(run.output.get()));
    }
    run.cpu_s = seconds(used.ru_utime) + seconds(used.ru_stime);
    run.peak_bytes = static_cast<double>(used.ru_maxrss) * 1024;
    std::rewind(run.output.get());
    return run;
}

double own_peak_bytes()
{
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    return static_cast<double>(used.ru_maxrss) * 1024;
}

} // namespace bench
