// SPDX-License-Identifier: MIT
#include "store/statistics.hpp"

namespace rowbot
{

std::string changes_of(Session& session, std::string const& table)
{
    auto const row = session.exec(
        "WITH RECURSIVE tree AS (SELECT to_regclass($1)::oid AS oid UNION "
        "SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN tree ON i.inhparent = tree.oid) "
        "SELECT current_setting('track_counts')::bool, string_agg(concat_ws(' ', s.relid, "
        "s.n_tup_ins, s.n_tup_upd, "
        "coalesce(pg_catalog.pg_relation_filenode(s.relid), 0)), ',' ORDER BY s.relid) "
        "FROM tree JOIN pg_catalog.pg_stat_all_tables s ON s.relid = tree.oid",
        {table})[0];
    if (!row[0].as<bool>() || row[1].is_null()) return "";
    return row[1].c_str();
}

} // namespace rowbot
