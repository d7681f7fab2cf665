// SPDX-License-Identifier: MIT
#include <rowbot/table.hpp>

rowbot::Table const table{.name = "article", .cleanups = {{"a", "b"}}};
