// SPDX-License-Identifier: MIT
#include "schema/migration_lock.hpp"

#include "schema/backoff.hpp"
#include "store/identity.hpp"

namespace rowbot::schema
{

using namespace std::chrono_literals;
using std::chrono::steady_clock;

namespace
{

/// The key of postgres-migrations; its programs poll pg_try_advisory_lock as we do. Never a waiting
/// lock: a waiter's snapshot and CREATE INDEX CONCURRENTLY wait for each other for ever.
constexpr char const* advisory_key = "-8525285245963000605";

constexpr char const* just_left = "somebody who has just left";

/// A 64-bit advisory key stands in pg_locks as two halves.
std::string is_advisory_lock()
{
    return std::string("l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.database = "
                       "(SELECT oid FROM pg_catalog.pg_database WHERE datname = "
                       "current_database()) AND (l.classid::bigint << 32) | l.objid::bigint = ") +
           advisory_key;
}

void keep_session_alive(Session& session)
{
    // A client that dies without a word must not hold the lock; a quiet one must not be thrown out.
    session.exec("SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; "
                 "SET tcp_keepalives_count = 3; SET idle_in_transaction_session_timeout = 0");
    if (session.server_version() >= 140000)
        session.exec(
            "SET client_connection_check_interval = '500ms'; SET idle_session_timeout = 0");
}

} // namespace

MigrationLock::MigrationLock(MigrateOptions const& options, std::string table,
                             Deadline const* deadline)
    : options_(options), table_(std::move(table)), owner_(this_program()), token_(random_token()),
      session_(options.direct_connection.empty() ? options.connection : options.direct_connection,
               "rowbot migrate"),
      pooled_(session_.pooled())
{
    if (!pooled_) keep_session_alive(session_);
    auto const began = steady_clock::now();
    std::string told;
    for (int attempts = 0;; ++attempts) {
        auto const holder = attempt();
        if (holder.empty()) break;
        if (deadline != nullptr) deadline->check();
        auto const why = "another program migrates: " + holder;
        if (steady_clock::now() - began >= options_.lock_wait)
            throw NotYetError(why + "; it held the lock for the whole --lock-wait");
        if (why != told && options_.observer != nullptr) options_.observer->waiting(why);
        told = why;
        std::this_thread::sleep_for(retry_pause(attempts, 100ms, 1s));
    }
    keeper_ = std::jthread([this](std::stop_token stop) { keep(stop); });
}

MigrationLock::~MigrationLock()
{
    keeper_ = {};
    try {
        session_.exec("DELETE FROM rowbot.migration_lock WHERE table_name = $1 AND token = $2",
                      {table_, token_});
        if (advisory_)
            session_.exec(std::string("SELECT pg_advisory_unlock(") + advisory_key + ")");
    } catch (std::exception const&) {
        // The session is gone, and its advisory lock with it; the lease runs out by itself.
    }
}

std::string MigrationLock::attempt()
{
    if (!pooled_ && !advisory_) {
        advisory_ =
            session_.exec(std::string("SELECT pg_try_advisory_lock(") + advisory_key + ")")[0][0]
                .as<bool>();
        if (!advisory_) {
            auto const holder = advisory_holder(session_);
            return holder.empty() ? just_left : holder;
        }
        advisory_pid_ = session_.exec("SELECT pg_catalog.pg_backend_pid()")[0][0].c_str();
    }
    auto const taken = session_.exec(
        "INSERT INTO rowbot.migration_lock AS l (table_name, owner, token, lease_until) "
        "VALUES ($1, $2, $3, clock_timestamp() + $4::interval) ON CONFLICT (table_name) DO UPDATE "
        "SET owner = excluded.owner, token = excluded.token, taken_at = clock_timestamp(), "
        "lease_until = excluded.lease_until WHERE l.lease_until < clock_timestamp() RETURNING 1",
        {table_, owner_, token_, std::to_string(options_.lease.count()) + " milliseconds"});
    if (!taken.empty()) return "";
    auto const holder = lock_holder(session_, table_);
    return holder.empty() ? just_left : holder;
}

bool MigrationLock::enter(Session& session) const
{
    return !pooled_ ||
           session.exec(std::string("SELECT pg_try_advisory_xact_lock(") + advisory_key + ")")[0][0]
               .as<bool>();
}

void MigrationLock::confirm(Session& session) const
{
    auto const held =
        session.exec("SELECT FROM rowbot.migration_lock WHERE table_name = $1 AND token = $2 AND "
                     "($3::int = 0 OR EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE l.pid = "
                     "$3::int AND " +
                         is_advisory_lock() + ")) FOR SHARE",
                     {table_, token_, advisory_pid_});
    if (lost_ || held.empty())
        throw LockLost("another program has taken over: this one gave no sign of life for " +
                       std::to_string(options_.lease.count()) +
                       " ms, or its session was ended; what it had not committed was not kept");
}

void MigrationLock::keep(std::stop_token stop)
{
    std::unique_lock lock(sleeping_);
    while (!stop.stop_requested() && !lost_) {
        stopped_.wait_for(lock, stop, options_.lease / 3, [] { return false; });
        if (stop.stop_requested()) return;
        try {
            lost_ = session_
                        .exec("UPDATE rowbot.migration_lock SET lease_until = clock_timestamp() + "
                              "$3::interval WHERE table_name = $1 AND token = $2 RETURNING 1",
                              {table_, token_,
                               std::to_string(options_.lease.count()) + " milliseconds"})
                        .empty();
        } catch (std::exception const&) {
            lost_ = true; // the advisory lock went with the session
        }
    }
}

std::string lock_holder(Session& session, std::string const& table)
{
    auto const found = session.exec(
        "SELECT owner || ', since ' || date_trunc('second', taken_at) FROM rowbot.migration_lock "
        "WHERE table_name = $1 AND lease_until >= clock_timestamp()",
        {table});
    return found.empty() ? "" : found[0][0].c_str();
}

std::string advisory_holder(Session& session)
{
    auto const found = session.exec(
        std::string(
            "SELECT 'pid ' || a.pid || coalesce(' (' || nullif(a.application_name, '') || "
            "')', '') || ', since ' || date_trunc('second', a.backend_start) || "
            "coalesce(': ' || left(nullif(a.query, ''), 80), '') "
            "FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid "
            "WHERE ") +
        is_advisory_lock());
    return found.empty() ? "" : optional_text(found[0][0]).value_or("?");
}

std::string unlock(Session& session, std::string const& table)
{
    auto const held = session.exec(
        "DELETE FROM rowbot.migration_lock WHERE table_name = $1 RETURNING owner", {table});
    return held.empty() ? "" : held[0][0].c_str();
}

} // namespace rowbot::schema
