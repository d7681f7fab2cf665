// SPDX-License-Identifier: MIT
#pragma once

#include "store/session.hpp"

#include <rowbot/table.hpp>

namespace rowbot
{

/// What is done, pending and waited for, of every table that a worker has entered and of these: the
/// JSON of `status --json`, which daemon/README.md describes. Reads; several statements.
Json status_document(Session& session, std::vector<Table> const& tables);

} // namespace rowbot
