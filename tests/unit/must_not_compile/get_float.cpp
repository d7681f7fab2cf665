// SPDX-License-Identifier: MIT
#include <rowbot/table.hpp>

// Use double: a float would lose digits.
float width(rowbot::Row const& row)
{
    return row.get<float>("width");
}
