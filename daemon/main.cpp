// SPDX-License-Identifier: MIT
#include <rowbot/run_daemon.hpp>

int main(int argc, char* argv[])
{
    // Without tables of its own: status, gate, pause and the other commands that need no upgrade's
    // code.
    return rowbot::run_daemon(argc, argv, {});
}
