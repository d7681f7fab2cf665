// SPDX-License-Identifier: MIT
#include "program.hpp"

#include "roles.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

namespace
{

using namespace std::chrono_literals;

/// A file without a name.
int nameless_file()
{
    char name[] = "/tmp/rowbot_output_XXXXXX";
    int const file = mkstemp(name);
    if (file < 0) throw std::runtime_error("no temporary file can be made");
    unlink(name);
    return file;
}

std::string contents(int file)
{
    std::string text;
    char buffer[4096];
    off_t at = 0;
    for (ssize_t got = 0; (got = pread(file, buffer, sizeof buffer, at)) > 0; at += got)
        text.append(buffer, static_cast<std::size_t>(got));
    return text;
}

[[noreturn]] void be_the_program(std::vector<std::string> arguments,
                                 std::vector<rowbot::Table> tables, int out, int err)
{
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    std::signal(SIGABRT, SIG_DFL); // doctest's handlers belong to the parent
    std::signal(SIGSEGV, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
    arguments.insert(arguments.begin(), "rowbot");
    std::vector<char*> argv;
    for (auto& argument : arguments) argv.push_back(argument.data());
    int const code =
        rowbot::run_daemon(static_cast<int>(argv.size()), argv.data(), std::move(tables));
    std::cout.flush();
    std::fflush(nullptr);
    _exit(code);
}

} // namespace

Program::Program(std::vector<std::string> arguments, std::vector<rowbot::Table> tables)
    : out_(nameless_file()), err_(nameless_file())
{
    arguments = as_role(std::move(arguments), tables);
    std::cout.flush();
    std::fflush(nullptr);
    pid_ = fork();
    if (pid_ < 0) throw std::runtime_error("no process can be made");
    if (pid_ == 0) be_the_program(std::move(arguments), std::move(tables), out_, err_);
}

Program::~Program()
{
    if (pid_ > 0) {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
    close(out_);
    close(err_);
}

std::string Program::printed() const
{
    return contents(out_) + contents(err_);
}

void Program::terminate() const
{
    kill(pid_, SIGTERM);
}

Ended Program::wait()
{
    int status = 0;
    await("the end of the program", [&] { return waitpid(pid_, &status, WNOHANG) == pid_; });
    pid_ = 0;
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), contents(out_),
            contents(err_)};
}

Ended run_program(std::vector<std::string> arguments, std::vector<rowbot::Table> tables)
{
    return Program(std::move(arguments), std::move(tables)).wait();
}

Ended run_program(TemporaryDatabase const& db, std::vector<std::string> arguments,
                  std::vector<rowbot::Table> tables)
{
    arguments.insert(arguments.end(), {"--database", db.url()});
    return run_program(std::move(arguments), std::move(tables));
}
