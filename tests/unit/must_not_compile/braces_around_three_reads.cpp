// SPDX-License-Identifier: MIT
#include <rowbot/table.hpp>

rowbot::Upgrade const upgrade{.name = "a", .reads = {{"a", "b", "c"}}};
