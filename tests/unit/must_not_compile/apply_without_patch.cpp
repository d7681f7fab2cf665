// SPDX-License-Identifier: MIT
#include <rowbot/table.hpp>

rowbot::Upgrade const upgrade{.name = "a", .apply = [](rowbot::Row const&) { return 5; }};
