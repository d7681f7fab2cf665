// SPDX-License-Identifier: MIT
#pragma once

#include "store/session.hpp"

#include <rowbot/row.hpp>

namespace rowbot
{

/// The result of somebody's statement as rows with the types of its columns; `table` is what errors
/// call them.
std::vector<Row> result_rows(pqxx::result const& result, std::string const& table);

} // namespace rowbot
