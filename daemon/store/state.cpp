// SPDX-License-Identifier: MIT
#include "store/state.hpp"

namespace rowbot
{
namespace
{

std::string milliseconds(std::chrono::milliseconds duration)
{
    return std::to_string(duration.count()) + " milliseconds";
}

[[noreturn]] void refuse_cleaned(KnownTable const& table, std::string const& name)
{
    throw ConfigError(
        table.table.name + ": the upgrade name '" + name +
        "' was used, and its cleanup has begun; the rows no longer say where it was "
        "applied, so it would be applied to all of them again; give the new upgrade a "
        "new name");
}

void register_upgrade(Work& work, KnownTable const& table, Upgrade const& upgrade)
{
    auto const found =
        work.exec("INSERT INTO rowbot.upgrade (table_name, name, state, revision) "
                  "VALUES ($1, $2, 'registered', $3::int) "
                  "ON CONFLICT (table_name, name) DO UPDATE SET revision = "
                  "greatest(upgrade.revision, excluded.revision), "
                  "state = CASE upgrade.state WHEN 'retired' THEN 'running' ELSE "
                  "upgrade.state END RETURNING state = 'cleaned' OR cleaning_at IS NOT NULL",
                  {table.name, upgrade.name, std::to_string(upgrade.revision)});
    if (found[0][0].as<bool>()) refuse_cleaned(table, upgrade.name);
}

/// One statement in a transaction of ours, because a database may be read only by default. It waits
/// longer than the walk does for whoever holds the row, but not for ever.
pqxx::result write(Session& session, std::string const& sql,
                   std::vector<std::optional<std::string>> parameters)
{
    Work work(session, Purpose::write, "SET LOCAL lock_timeout = '10s'");
    auto result = work.exec(sql, std::move(parameters));
    work.commit();
    return result;
}

} // namespace

void register_table(Work& work, KnownTable const& table)
{
    work.exec("INSERT INTO rowbot.walk (table_name, display_name, condition) VALUES ($1, $2, $3) "
              "ON CONFLICT (table_name) "
              "DO UPDATE SET display_name = excluded.display_name, condition = excluded.condition "
              "WHERE (walk.display_name, walk.condition) IS DISTINCT FROM (excluded.display_name, "
              "excluded.condition)",
              {table.name, table.table.name, table.table.where});
    for (auto const& upgrade : table.table.upgrades) register_upgrade(work, table, upgrade);
    for (auto const& name : table.table.cleanups)
        work.exec(
            "INSERT INTO rowbot.upgrade (table_name, name, state) VALUES ($1, $2, 'retired') ON "
            "CONFLICT (table_name, name) "
            "DO UPDATE SET state = 'retired' WHERE upgrade.state NOT IN ('retired', 'cleaned')",
            {table.name, name});
    work.exec("UPDATE rowbot.walk SET state = 'registered' WHERE table_name = $1 AND state = "
              "'complete' AND EXISTS "
              "(SELECT FROM rowbot.upgrade u WHERE u.table_name = $1 AND u.state = 'registered')",
              {table.name});
}

void check_not_cleaned(Session& session, KnownTable const& table)
{
    std::vector<std::string> names;
    for (auto const& upgrade : table.table.upgrades) names.push_back(upgrade.name);
    auto const cleaned = session.exec("SELECT name FROM rowbot.upgrade WHERE table_name = $1 AND "
                                      "name = ANY ($2::text[]) AND cleaning_at IS NOT NULL LIMIT 1",
                                      {table.name, detail::array_parameter(names)});
    if (!cleaned.empty()) refuse_cleaned(table, cleaned[0][0].c_str());
}

std::optional<Lease> acquire(Session& session, std::string const& table, std::string const& owner,
                             std::string const& token, std::chrono::milliseconds duration,
                             std::string& holder)
{
    Lease lease{.table = table, .token = token};
    Work work(session, Purpose::durable);
    auto const taken = work.exec(
        "UPDATE rowbot.walk SET owner = $2, token = $3, lease_until = clock_timestamp() + "
        "$4::interval "
        "WHERE table_name = $1 AND (lease_until IS NULL OR lease_until < clock_timestamp() OR "
        "token = $3) "
        "RETURNING pass, leaf, leaf_filenode, next_block, next_offset",
        {table, owner, token, milliseconds(duration)});
    if (taken.empty()) {
        auto const found =
            work.exec("SELECT owner FROM rowbot.walk WHERE table_name = $1", {table});
        holder = found.empty() ? "nobody" : optional_text(found[0][0]).value_or("nobody");
        return std::nullopt;
    }
    work.commit();
    auto const row = taken[0];
    lease.cursor.pass = row[0].as<int>();
    if (!row[1].is_null() && !row[2].is_null()) {
        lease.cursor.leaf = row[1].c_str();
        lease.cursor.filenode = row[2].as<unsigned>();
        lease.cursor.position = {row[3].as<std::int64_t>(), row[4].as<int>()};
    }
    return lease;
}

bool renew(Session& session, Lease const& lease, std::chrono::milliseconds duration)
{
    return !write(session,
                  "UPDATE rowbot.walk SET lease_until = clock_timestamp() + $3::interval "
                  "WHERE table_name = $1 AND token = $2 RETURNING 1",
                  {lease.table, lease.token, milliseconds(duration)})
                .empty();
}

void release(Session& session, Lease const& lease)
{
    write(session,
          "UPDATE rowbot.walk SET owner = NULL, token = NULL, lease_until = NULL WHERE "
          "table_name = $1 AND token = $2",
          {lease.table, lease.token});
}

bool record(Work& work, Lease const& lease, Progress const& p)
{
    auto const held =
        work.exec("UPDATE rowbot.walk SET state = CASE state WHEN 'failing' THEN state ELSE "
                  "'running' END, pass = $3::int, leaf = nullif($4, ''), "
                  "leaf_filenode = $5::oid, next_block = $6::bigint, next_offset = $7::int, "
                  "blocks_done = $8::bigint, blocks_total = $9::bigint, "
                  "rows_written = rows_written + $10::bigint, rows_failed = $11::bigint, "
                  "rows_pending = $12::bigint, "
                  "rows_pending_exact = false, rows_per_s = $13::float8 WHERE table_name = $1 AND "
                  "token = $2 RETURNING 1",
                  {lease.table, lease.token, std::to_string(p.cursor.pass), p.cursor.leaf,
                   std::to_string(p.cursor.filenode), std::to_string(p.cursor.position.block),
                   std::to_string(p.cursor.position.offset), std::to_string(p.blocks_done),
                   std::to_string(p.blocks_total), std::to_string(p.rows_written),
                   std::to_string(p.rows_failed), std::to_string(p.rows_pending),
                   std::to_string(p.rows_per_s)});
    if (held.empty()) return false;
    for (auto const& [name, rows] : p.rows_upgraded)
        work.exec("UPDATE rowbot.upgrade SET rows_upgraded = rows_upgraded + $3::bigint, "
                  "state = CASE state WHEN 'registered' THEN 'running' ELSE state END WHERE "
                  "table_name = $1 AND name = $2",
                  {lease.table, name, std::to_string(rows)});
    return true;
}

void record_counts(Work& work, KnownTable const& table, Counts const& counts,
                   std::int64_t rows_failed)
{
    for (auto const& [name, pending] : counts.lacking)
        work.exec("UPDATE rowbot.upgrade SET state = CASE WHEN $3::bigint = 0 THEN 'complete' WHEN "
                  "$4::bigint > 0 THEN 'failing' "
                  "ELSE 'running' END, proved_at = CASE WHEN $3::bigint = 0 THEN now() ELSE "
                  "proved_at END "
                  "WHERE table_name = $1 AND name = $2",
                  {table.name, name, std::to_string(pending), std::to_string(rows_failed)});
    if (counts.lacking.empty() &&
        !work.exec("SELECT FROM rowbot.upgrade WHERE table_name = $1 AND state IN ('registered', "
                   "'running', 'failing') LIMIT 1",
                   {table.name})
             .empty())
        return; // a look for names to clean up says nothing about upgrades that others carry
    bool const complete = counts.rows_lacking == 0 && table.waits_for.empty();
    auto const state = complete ? "complete" : rows_failed > 0 ? "failing" : "running";
    auto const before = work.exec(
        "SELECT state FROM rowbot.walk WHERE table_name = $1 FOR NO KEY UPDATE", {table.name});
    work.exec(
        "UPDATE rowbot.walk SET state = $2, rows_pending = $3::bigint, rows_pending_exact = true, "
        "rows_excluded = $4::bigint, "
        "rows_failed = $5::bigint, looked_at = now(), why = NULL, "
        "proved_at = CASE WHEN $2 = 'complete' THEN now() ELSE proved_at END WHERE table_name = $1",
        {table.name, state, std::to_string(counts.rows_lacking),
         std::to_string(counts.rows_excluded),
         std::to_string(counts.rows_lacking == 0 ? 0 : rows_failed)});
    if (complete && !before.empty() && before[0][0].c_str() != std::string_view("complete"))
        record_event(work, table.name, "complete");
}

void set_table_state(Session& session, std::string const& table, std::string const& state,
                     std::string const& why)
{
    write(session,
          "UPDATE rowbot.walk SET state = coalesce(nullif($2, ''), state), why = nullif($3, '') "
          "WHERE table_name = $1 "
          "AND (state, coalesce(why, '')) IS DISTINCT FROM (coalesce(nullif($2, ''), state), $3)",
          {table, state, why});
}

void record_event(Work& work, std::string const& table, std::string const& what,
                  std::string const& detail)
{
    work.exec("INSERT INTO rowbot.event (table_name, what, detail) VALUES ($1, $2, nullif($3, ''))",
              {table, what, detail});
}

void announce(Work& work, std::string const& id, std::string const& program,
              std::vector<std::string> const& names)
{
    work.exec("INSERT INTO rowbot.process (id, program, names) VALUES ($1, $2, $3::text[]) "
              "ON CONFLICT (id) DO UPDATE SET seen_at = clock_timestamp()",
              {id, program, detail::array_parameter(names)});
    // One who was not seen for a month holds nothing back any more.
    work.exec("DELETE FROM rowbot.process WHERE seen_at < now() - interval '30 days'");
}

void withdraw(Session& session, std::string const& id)
{
    write(session,
          "UPDATE rowbot.process SET seen_at = clock_timestamp(), program = program || ' "
          "(stopped)' WHERE id = $1",
          {id});
}

std::string pause_reason(Session& session, std::string const& table)
{
    Work work(session, Purpose::read); // a lock on the table is not waited for for ever
    auto const found = work.exec(
        "SELECT 'paused' || CASE WHEN paused_until = 'infinity' THEN '' ELSE ' until ' || "
        "to_char(paused_until AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS UTC') END || "
        "coalesce(': ' || reason, '') FROM rowbot.control "
        "WHERE table_name IN ('', $1) AND paused_until > clock_timestamp() ORDER BY paused_until "
        "DESC LIMIT 1",
        {table});
    work.commit();
    return found.empty() ? "" : found[0][0].c_str();
}

std::string cleanup_hindrance(Session& session, std::string const& table, std::string const& name,
                              std::chrono::seconds after, std::chrono::milliseconds lease)
{
    auto const found = session.exec(
        "SELECT u.state = 'cleaned', u.proved_at IS NOT NULL, u.cleanup_confirmed_at IS NOT NULL, "
        "alive.programs, "
        "to_char((greatest(u.proved_at, last.seen_at) + $3::interval) AT TIME ZONE 'UTC', "
        "'YYYY-MM-DD HH24:MI:SS UTC'), "
        "greatest(u.proved_at, last.seen_at) + $3::interval <= clock_timestamp() FROM "
        "rowbot.upgrade u, "
        "LATERAL (SELECT max(p.seen_at) AS seen_at FROM rowbot.process p WHERE u.table_name || '/' "
        "|| u.name = ANY (p.names)) last, "
        "LATERAL (SELECT string_agg(p.program, ', ') AS programs FROM rowbot.process p WHERE "
        "u.table_name || '/' || u.name = ANY (p.names) "
        "AND p.seen_at > clock_timestamp() - 3 * greatest($4::interval, interval '5 seconds') "
        "AND p.program NOT LIKE '% "
        "(stopped)') alive "
        "WHERE u.table_name = $1 AND u.name = $2",
        {table, name, std::to_string(after.count()) + " seconds", milliseconds(lease)});
    if (found.empty()) return "it is not registered";
    auto const row = found[0];
    if (row[0].as<bool>()) return "";
    if (!row[3].is_null()) return std::string("a live program still carries it: ") + row[3].c_str();
    if (row[2].as<bool>()) return "";
    if (!row[1].as<bool>())
        return "no proof is recorded that every row has it; check the rows, then run: rowbot "
               "cleanup --confirm";
    if (!row[5].as<bool>())
        return std::string("it waits until ") + row[4].c_str() + " (--cleanup-after)";
    return "";
}

std::string begin_cleanup(Session& session, std::string const& table, std::string const& name,
                          std::chrono::seconds after, std::chrono::milliseconds lease)
{
    Work work(session, Purpose::durable);
    // Whoever registers the name locks the same row.
    work.exec("SELECT FROM rowbot.upgrade WHERE table_name = $1 AND name = $2 FOR UPDATE",
              {table, name});
    auto why = cleanup_hindrance(session, table, name, after, lease);
    if (why.empty())
        work.exec(
            "UPDATE rowbot.upgrade SET cleaning_at = now() WHERE table_name = $1 AND name = $2 "
            "AND cleaning_at IS NULL",
            {table, name});
    work.commit();
    return why;
}

bool record_cleaned(Work& work, std::string const& table, std::string const& name)
{
    if (work.exec("UPDATE rowbot.upgrade SET state = 'cleaned', cleaned_at = now() WHERE "
                  "table_name = $1 AND name = $2 "
                  "AND state <> 'cleaned' RETURNING 1",
                  {table, name})
            .empty())
        return false;
    record_event(work, table, "cleaned", name);
    return true;
}

} // namespace rowbot
