// SPDX-License-Identifier: MIT
#pragma once

// What Rowbot must know of the table `article`. The reader (lookup.cpp) and the daemon
// (dictionary_daemon.cpp) share it, so that both upgrade a row in the same way.

#include <rowbot/table.hpp>

namespace dictionary
{

rowbot::Table article_table();

} // namespace dictionary
