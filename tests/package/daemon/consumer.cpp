// SPDX-License-Identifier: MIT
#include "../article_table.hpp"

#include <rowbot/run_daemon.hpp>

int main(int argc, char* argv[])
{
    return rowbot::run_daemon(argc, argv, {article_table()});
}
