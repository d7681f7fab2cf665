// SPDX-License-Identifier: MIT
#include <rowbot/table.hpp>

// A vector, an array, or an iterator pair of one string?
rowbot::Patch const patch{{"sources", {"a", "b"}}};
