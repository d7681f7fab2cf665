// SPDX-License-Identifier: MIT
#pragma once

#include <rowbot/row.hpp>

namespace rowbot
{

/// The type that a name in SQL means, named as PostgreSQL's format_type shows it: `INT[]` is
/// `integer[]`. Types that need no special care are carried as text. Throws Error for a known type
/// with something behind it, such as a constraint.
ColumnType column_type(std::string_view sql);

} // namespace rowbot
