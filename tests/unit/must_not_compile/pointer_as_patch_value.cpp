// SPDX-License-Identifier: MIT
#include <rowbot/table.hpp>

int const width = 5;
rowbot::Patch const patch{{"width", &width}};
