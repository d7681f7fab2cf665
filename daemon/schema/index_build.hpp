// SPDX-License-Identifier: MIT
#pragma once

#include "schema/concurrently.hpp"
#include "store/session.hpp"

namespace rowbot::schema
{

/// Runs a statement that says CONCURRENTLY, without a lock_timeout: it waits for every old snapshot
/// anyway, and stops nobody meanwhile. What a failed one has left behind, an invalid index, is
/// dropped before and after, so that `IF NOT EXISTS` finds no ruin. `unknown`: it was begun before
/// and may have ended; what is there already then counts as done.
void run_concurrently(Session& session, std::string const& sql, Concurrently const& what,
                      bool unknown);

} // namespace rowbot::schema
