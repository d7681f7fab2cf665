// SPDX-License-Identifier: MIT

// A daemon as an application would build it; its first argument says with which tables, the others
// are rowbot's own.

#include "upgrades.hpp"

#include <rowbot/run_daemon.hpp>

#include <iostream>
#include <string_view>

int main(int argc, char* argv[])
{
    std::string_view const which = argc > 1 ? argv[1] : "";
    std::vector<rowbot::Table> tables;
    if (which == "document" || which == "tiny")
        tables = {bench::document_table(std::string(which))};
    else if (which == "one" || which == "five")
        tables = {bench::person_table(which == "one" ? 1 : 5)};
    else {
        std::cerr << "usage: bench_daemon document|tiny|one|five COMMAND [OPTION...]\n";
        return 64;
    }
    argv[1] = argv[0];
    return rowbot::run_daemon(argc - 1, argv + 1, std::move(tables));
}
