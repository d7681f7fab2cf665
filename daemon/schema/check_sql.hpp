// SPDX-License-Identifier: MIT
#pragma once

// What can be said against a migration's text before it runs: what would end its transaction, stay
// in the session, need psql, or fail for certain. Bodies of functions and DO are not looked into.

#include "schema/split.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rowbot::schema
{

struct Finding {
    int line = 1, column = 1; ///< 1-based, in characters.
    std::size_t offset = 0;   ///< Of the same place, in bytes; see excerpt().
    std::string statement{};  ///< As written; empty where it is about the file.
    std::string what{};       ///< `'commit' ends the migration's transaction; remove it`
};

/// In the order of the text, at most one for each statement; empty where there is nothing to say.
/// `in_transaction`: the file has no marker, and runs as a whole. Linear in the text.
std::vector<Finding> check_sql(std::string_view sql, bool in_transaction);

} // namespace rowbot::schema
