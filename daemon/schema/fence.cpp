// SPDX-License-Identifier: MIT
#include "schema/fence.hpp"

#include "schema/hash.hpp"

#include <rowbot/migrate.hpp>

namespace rowbot::schema
{

std::string set_hash(std::span<MigrationFile const> pending)
{
    std::string text;
    for (auto const& file : pending)
        text += file.file + " " + file.hash + " " + file.rollback_sql.value_or("") + "\n";
    return migration_hash("", text);
}

void check_fence(Session& session, std::string const& table, std::span<MigrationFile const> pending)
{
    auto const found =
        session.exec("SELECT file, failures, to_char(retry_at AT TIME ZONE 'UTC', 'YYYY-MM-DD "
                     "HH24:MI:SS UTC'), message FROM rowbot.migration_failure WHERE table_name = "
                     "$1 AND set_hash = $2 AND retry_at > clock_timestamp()",
                     {table, set_hash(pending)});
    if (found.empty()) return;
    auto const row = found[0];
    throw MigrationError(
        {.file = row[0].c_str()},
        std::string(row[0].c_str()) + " has failed " +
            (row[1].as<int>() == 1 ? "once" : std::string(row[1].c_str()) + " times") +
            " and is not run again before " + row[2].c_str() +
            "; edit it, wait, or, if the cause is mended, run: rowbot migrate repair; it said:\n" +
            row[3].c_str());
}

void record_failure(Session& session, std::string const& table,
                    std::span<MigrationFile const> pending, std::string const& file,
                    std::string const& message)
{
    session.exec(
        "INSERT INTO rowbot.migration_failure AS f (table_name, set_hash, failures, retry_at, "
        "file, message) VALUES ($1, $2, 1, clock_timestamp() + interval '5 s', $3, $4) "
        "ON CONFLICT (table_name) DO UPDATE SET set_hash = excluded.set_hash, failures = CASE WHEN "
        "f.set_hash = excluded.set_hash THEN f.failures + 1 ELSE 1 END, failed_at = "
        "clock_timestamp(), retry_at = clock_timestamp() + CASE WHEN f.set_hash = "
        "excluded.set_hash THEN least(interval '5 s' * 2 ^ least(f.failures, 20), interval '10 "
        "min') ELSE interval '5 s' END, file = excluded.file, message = excluded.message",
        {table, set_hash(pending), file, message});
}

bool clear_fence(Session& session, std::string const& table)
{
    return !session
                .exec("DELETE FROM rowbot.migration_failure WHERE table_name = $1 RETURNING 1",
                      {table})
                .empty();
}

} // namespace rowbot::schema
