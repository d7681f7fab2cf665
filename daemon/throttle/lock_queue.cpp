// SPDX-License-Identifier: MIT
#include "throttle/lock_queue.hpp"

namespace rowbot
{

std::string waiting_for_lock(Session& session, std::string const& table)
{
    // https://www.postgresql.org/docs/15/explicit-locking.html#LOCKING-TABLES: the modes that an
    // UPDATE conflicts with, but for what VACUUM and CREATE INDEX CONCURRENTLY take.
    auto const found = session.exec(
        "SELECT 'process ' || l.pid || ' waits for a lock on ' || l.relation::regclass "
        "FROM pg_catalog.pg_locks l WHERE NOT l.granted AND l.locktype = 'relation' AND l.mode IN "
        "('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock') "
        "AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = "
        "current_database()) AND (l.relation = to_regclass($1) OR l.relation IN (SELECT relid FROM "
        "pg_catalog.pg_partition_tree(to_regclass($1)))) LIMIT 1",
        {table});
    return found.empty() ? "" : found[0][0].c_str();
}

} // namespace rowbot
