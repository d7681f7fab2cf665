// SPDX-License-Identifier: MIT
#pragma once

#include "store/session.hpp"

namespace rowbot
{

/// Who waits for a lock that keeps writers out of the table or one of its partitions, as a reason
/// to rest: a schema migration, say, behind which everybody else would wait. Empty: nobody.
std::string waiting_for_lock(Session& session, std::string const& table);

} // namespace rowbot
