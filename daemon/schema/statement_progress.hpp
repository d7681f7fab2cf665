// SPDX-License-Identifier: MIT
#pragma once

#include "schema/split.hpp"
#include "store/session.hpp"

#include <span>

namespace rowbot::schema
{

/// How far a migration outside a transaction has come: rowbot.migration_progress.
struct StatementProgress {
    std::size_t done = 0;
    std::string done_hash{}; ///< Of the statements that are done: an edit of these is refused.
    bool begun = false;      ///< The next one was begun, and nobody knows how it ended.
};

/// SHA-1 of the first `count` statements.
std::string hash_of(std::span<Statement const> statements, std::size_t count);

StatementProgress read_progress(Session& session, std::string const& table, int id);
void write_progress(Session& session, std::string const& table, int id,
                    StatementProgress const& progress);
void clear_progress(Session& session, std::string const& table, int id);

} // namespace rowbot::schema
