// SPDX-License-Identifier: MIT
#include "schema/statement_progress.hpp"

#include "schema/hash.hpp"

namespace rowbot::schema
{

std::string hash_of(std::span<Statement const> statements, std::size_t count)
{
    std::string text;
    for (auto const& statement : statements.first(count)) text += statement.text + ";\n";
    return migration_hash("", text);
}

StatementProgress read_progress(Session& session, std::string const& table, int id)
{
    auto const found = session.exec("SELECT statements_done, done_hash, begun FROM "
                                    "rowbot.migration_progress WHERE table_name = $1 AND id = "
                                    "$2::int",
                                    {table, std::to_string(id)});
    if (found.empty()) return {};
    return {found[0][0].as<std::size_t>(), found[0][1].c_str(), found[0][2].as<bool>()};
}

void write_progress(Session& session, std::string const& table, int id,
                    StatementProgress const& progress)
{
    session.exec("INSERT INTO rowbot.migration_progress (table_name, id, statements_done, "
                 "done_hash, begun) VALUES ($1, $2::int, $3::int, $4, $5::boolean) ON CONFLICT "
                 "(table_name, id) DO UPDATE SET statements_done = excluded.statements_done, "
                 "done_hash = excluded.done_hash, begun = excluded.begun",
                 {table, std::to_string(id), std::to_string(progress.done), progress.done_hash,
                  progress.begun ? "true" : "false"});
}

void clear_progress(Session& session, std::string const& table, int id)
{
    session.exec("DELETE FROM rowbot.migration_progress WHERE table_name = $1 AND id = $2::int",
                 {table, std::to_string(id)});
}

} // namespace rowbot::schema
