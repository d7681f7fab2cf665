// SPDX-License-Identifier: MIT
#pragma once

// Statements that say CONCURRENTLY and run in several transactions of their own. They wait for
// others again and again, so that a lock_timeout kills them, and one that has failed leaves
// something invalid behind that has to be found and dropped.

#include "schema/split.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace rowbot::schema
{

struct Concurrently {
    enum class Kind { create_index, drop_index, reindex_index, reindex_all, detach_partition };
    Kind kind = Kind::create_index;
    /// Names as written, for to_regclass(): `"My Index"`, `public.article`. None where the
    /// statement gives none (`CREATE INDEX CONCURRENTLY ON article (id)`), and for a name with
    /// Unicode escapes (U&"…"). An index to be created is in the schema of its table.
    std::optional<std::string> index{};
    /// Of CREATE INDEX, REINDEX TABLE and DETACH PARTITION (the parent).
    std::optional<std::string> table{};
    std::optional<std::string> partition{}; ///< Of DETACH PARTITION.
    bool if_not_exists = false;             ///< Of CREATE INDEX.
};

/// None for any other statement. REFRESH MATERIALIZED VIEW CONCURRENTLY is one: it runs in a single
/// transaction and leaves nothing behind.
std::optional<Concurrently> concurrently(std::string_view statement);

inline bool is_concurrently(Statement const& statement)
{
    return concurrently(statement.text).has_value();
}

} // namespace rowbot::schema
