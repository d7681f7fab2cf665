// SPDX-License-Identifier: MIT
#include <rowbot/table.hpp>

rowbot::Upgrade const upgrade{.name = "a", .apply = [] { return rowbot::Patch{}; }};
