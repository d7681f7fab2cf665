// SPDX-License-Identifier: MIT
#include <rowbot/table.hpp>

// The value that it would point to may be gone.
auto status(rowbot::Row const& row)
{
    return row.get<std::string_view>("status");
}
