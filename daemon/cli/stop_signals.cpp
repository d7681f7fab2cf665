// SPDX-License-Identifier: MIT
#include "cli/stop_signals.hpp"

#include <csignal>
#include <ctime>

namespace rowbot::cli
{

StopSignals::StopSignals()
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    thread_ = std::jthread([this, signals](std::stop_token ended) {
        timespec const moment{.tv_sec = 0, .tv_nsec = 100'000'000};
        while (!ended.stop_requested())
            if (sigtimedwait(&signals, nullptr, &moment) > 0) stop_.request_stop();
    });
}

} // namespace rowbot::cli
