// SPDX-License-Identifier: MIT
#include <rowbot/table.hpp>

rowbot::Patch const patch{{"sources", {1, 2}}};
