// SPDX-License-Identifier: MIT
#include "child_process.hpp"

#include <csignal>
#include <stdexcept>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace
{

/// A file without a name.
int nameless_file()
{
    char name[] = "/tmp/rowbot_child_XXXXXX";
    int const file = mkostemp(name, O_CLOEXEC);
    if (file < 0) throw std::runtime_error("no temporary file can be made");
    unlink(name);
    return file;
}

} // namespace

ChildProcess::ChildProcess(std::vector<std::string> command)
{
    int alive[2];
    if (pipe2(alive, O_CLOEXEC) != 0) throw std::runtime_error("no pipe can be made");
    alive_ = alive[0];
    output_ = nameless_file();

    std::vector<char*> arguments;
    for (auto& argument : command) arguments.push_back(argument.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, output_, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output_, STDERR_FILENO);
    posix_spawn_file_actions_adddup2(&actions, alive[1], 9); // stays open as long as it lives
    int const failed =
        posix_spawnp(&pid_, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(alive[1]);
    if (failed == 0) return;
    close(alive_);
    close(output_);
    throw std::runtime_error(command[0] + " cannot be started");
}

ChildProcess::~ChildProcess()
{
    if (pid_ > 0) {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
    close(alive_);
    close(output_);
}

void ChildProcess::send(int signal) const
{
    kill(pid_, signal);
}

bool ChildProcess::ends_within(std::chrono::microseconds limit) const
{
    pollfd ended{.fd = alive_, .events = POLLIN, .revents = 0};
    timespec const wait{.tv_sec = limit.count() / 1'000'000,
                        .tv_nsec = limit.count() % 1'000'000 * 1000};
    return ppoll(&ended, 1, &wait, nullptr) == 1;
}

int ChildProcess::exit_code()
{
    if (!ends_within(std::chrono::seconds{90}))
        throw std::runtime_error("waited in vain for the end of a process, which said: " + said());
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string ChildProcess::said() const
{
    std::string text;
    char buffer[4096];
    off_t at = 0;
    for (ssize_t got = 0; (got = pread(output_, buffer, sizeof buffer, at)) > 0; at += got)
        text.append(buffer, static_cast<std::size_t>(got));
    return text;
}
