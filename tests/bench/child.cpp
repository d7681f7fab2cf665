// SPDX-License-Identifier: MIT
#include "child.hpp"

#include "interrupt.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <thread>

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

Child::Child(Command command) : command_(std::move(command))
{
    throw_if_interrupted();
    run_.output.reset(std::tmpfile(), [](std::FILE* file) {
        if (file != nullptr) std::fclose(file);
    });
    if (!run_.output) throw std::runtime_error("no temporary file can be made");
    run_.began = std::chrono::system_clock::now();
    began_ = std::chrono::steady_clock::now();
    pid_ = start(command_, fileno(run_.output.get()));
}

Child::~Child()
{
    if (waited_) return;
    kill(pid_, SIGKILL);
    while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

/// The child writes where the file's own position is: reading must not move it.
bool Child::has_said(std::string const& text)
{
    char part[4096];
    for (ssize_t bytes = 1; bytes > 0;) {
        bytes =
            pread(fileno(run_.output.get()), part, sizeof part, static_cast<off_t>(heard_.size()));
        if (bytes > 0) heard_.append(part, static_cast<std::size_t>(bytes));
    }
    return heard_.find(text) != std::string::npos;
}

void Child::await(std::string const& text)
{
    while (!has_said(text)) {
        throw_if_interrupted();
        siginfo_t ended{};
        waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT);
        if (ended.si_pid == pid_ && !has_said(text)) fail();
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
}

ChildRun Child::wait()
{
    int status = 0;
    rusage used{};
    while (wait4(pid_, &status, 0, &used) < 0 && errno == EINTR)
        if (interrupted()) kill(pid_, SIGTERM);
    waited_ = true;
    run_.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
    throw_if_interrupted();
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) fail();
    run_.cpu_s = seconds(used.ru_utime) + seconds(used.ru_stime);
    run_.peak_bytes = static_cast<double>(used.ru_maxrss) * 1024;
    std::rewind(run_.output.get());
    return run_;
}

ChildRun Child::stop()
{
    kill(pid_, SIGTERM);
    return wait();
}

void Child::fail() const
{
    std::string line;
    for (auto const& argument : command_) line += argument + " ";
    throw std::runtime_error(line + "failed; it said: " + said(run_.output.get()));
}

ChildRun run_child(Command const& command)
{
    return Child(command).wait();
}

double own_peak_bytes()
{
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    return static_cast<double>(used.ru_maxrss) * 1024;
}

} // namespace bench
