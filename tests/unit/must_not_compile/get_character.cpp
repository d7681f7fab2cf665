// SPDX-License-Identifier: MIT
#include <rowbot/table.hpp>

char letter(rowbot::Row const& row)
{
    return row.get<char>("letter");
}
