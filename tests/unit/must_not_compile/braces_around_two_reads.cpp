// SPDX-License-Identifier: MIT
#include <rowbot/table.hpp>

// An iterator pair of one string, if it compiled.
rowbot::Upgrade const upgrade{.name = "a", .reads = {{"a", "b"}}};
