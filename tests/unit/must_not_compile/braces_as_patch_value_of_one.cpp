// SPDX-License-Identifier: MIT
#include <rowbot/table.hpp>

rowbot::Patch const patch{{"sources", {"a"}}};
