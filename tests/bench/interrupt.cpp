// SPDX-License-Identifier: MIT
#include "interrupt.hpp"

#include <csignal>
#include <stdexcept>

namespace bench
{
namespace
{

// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): for a signal handler
volatile std::sig_atomic_t seen = 0;

void note(int signal)
{
    seen = signal;
}

} // namespace

void watch_for_interrupts()
{
    struct sigaction action {
    };
    action.sa_handler = note; // without SA_RESTART: waiting for a child ends
    for (int const signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &action, nullptr);
}

bool interrupted()
{
    return seen != 0;
}

void throw_if_interrupted()
{
    if (interrupted()) throw std::runtime_error("interrupted");
}

} // namespace bench
