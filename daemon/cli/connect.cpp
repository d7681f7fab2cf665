// SPDX-License-Identifier: MIT
#include "cli/commands.hpp"
#include "cli/terminal_text.hpp"
#include "store/password.hpp"
#include "walk/recovery.hpp"

#include <iostream>

namespace rowbot::cli
{

using namespace std::chrono_literals;

std::unique_ptr<Session> connect(CommandLine const& line, std::string const& purpose)
{
    auto const began = Clock::system().now();
    std::string told;
    for (auto pause = 100ms;; pause = std::min(pause * 2, 5000ms)) {
        try {
            return std::make_unique<Session>(line.worker.connection, purpose);
        } catch (pqxx::failure const& e) {
            if (recovery_for(std::current_exception()) != Recovery::reconnect ||
                Clock::system().now() - began >= line.worker.connect_wait)
                throw;
            auto const why = without_password(message_of(e));
            if (why != told)
                std::cerr << printable(line.program)
                          << ": waits: the database cannot be reached: " << printable(why)
                          << std::endl;
            told = why;
        }
        Clock::system().wait(pause, {});
    }
}

} // namespace rowbot::cli
