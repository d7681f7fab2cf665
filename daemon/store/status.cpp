// SPDX-License-Identifier: MIT
#include "store/status.hpp"

#include "store/catalog.hpp"
#include "store/state_schema.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <set>

namespace rowbot
{
namespace
{

constexpr char const* walks_sql = R"sql(
SELECT w.table_name, w.display_name, w.state, coalesce(w.rows_pending, greatest(c.reltuples, 0)::bigint, 0), w.rows_pending_exact,
       w.rows_failed, w.rows_excluded, w.blocks_done, w.blocks_total,
       CASE WHEN w.lease_until > clock_timestamp() THEN coalesce(w.rows_per_s, 0) ELSE 0 END,
       CASE WHEN w.lease_until > clock_timestamp() THEN w.owner END, w.why,
       (SELECT 'paused' || coalesce(': ' || k.reason, '') FROM rowbot.control k
        WHERE k.table_name IN ('', w.table_name) AND k.paused_until > clock_timestamp() ORDER BY k.paused_until DESC LIMIT 1)
FROM rowbot.walk w LEFT JOIN pg_catalog.pg_class c ON c.oid = to_regclass(w.table_name) ORDER BY w.table_name)sql";

constexpr char const* upgrades_sql =
    "SELECT u.name, u.state, u.rows_upgraded, to_char(u.proved_at AT TIME ZONE 'UTC', "
    "'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), "
    "EXISTS (SELECT FROM rowbot.process p WHERE u.table_name || '/' || u.name = ANY (p.names) "
    "AND p.seen_at > clock_timestamp() - interval '1 minute' AND p.program NOT LIKE '% (stopped)') "
    "FROM rowbot.upgrade u WHERE u.table_name = $1 ORDER BY u.registered_at, u.name";

Json text_or_null(pqxx::field const& field)
{
    auto const text = optional_text(field);
    return text ? Json(*text) : Json();
}

/// The upgrades of this program, as table_name/name.
using OwnNames = std::set<std::string>;

Json walk_json(Session& session, pqxx::row const& row, OwnNames const& own)
{
    auto const pending = row[3].as<std::int64_t>();
    auto const rate = row[9].as<double>();
    bool const running = std::string_view(row[2].c_str()) == "running";
    Json table{{"table", row[1].c_str()},
               {"name", row[0].c_str()},
               {"state", row[2].c_str()},
               {"rows_pending", pending},
               {"rows_pending_exact", row[4].as<bool>()},
               {"rows_failed", row[5].as<std::int64_t>()},
               {"rows_excluded", row[6].is_null() ? Json() : Json(row[6].as<std::int64_t>())},
               {"blocks_done", row[7].as<std::int64_t>()},
               {"blocks_total", row[8].as<std::int64_t>()},
               {"rows_per_s", rate},
               {"seconds_left", running && rate > 0
                                    ? Json(std::llround(static_cast<double>(pending) / rate))
                                    : Json()},
               {"owner", text_or_null(row[10])},
               {"why", row[12].is_null() ? text_or_null(row[11]) : text_or_null(row[12])},
               {"upgrades", Json::array()},
               {"cleanups", Json::array()}};
    for (auto const& upgrade : session.exec(upgrades_sql, {row[0].c_str()})) {
        std::string_view const state = upgrade[1].c_str();
        bool const cleanup = state == "retired" || state == "cleaned";
        table[cleanup ? "cleanups" : "upgrades"].push_back(
            {{"name", upgrade[0].c_str()},
             {"state", upgrade[1].c_str()},
             {"rows_upgraded", upgrade[2].as<std::int64_t>()},
             {"proved_at", text_or_null(upgrade[3])},
             {"carried", upgrade[4].as<bool>() || own.contains(row[0].c_str() + std::string("/") +
                                                               upgrade[0].c_str())}});
    }
    return table;
}

/// An upgrade or cleanup of this program that no worker has entered yet.
Json registered(std::string const& name, bool carried)
{
    return {{"name", name},
            {"state", "registered"},
            {"rows_upgraded", 0},
            {"proved_at", nullptr},
            {"carried", carried}};
}

/// A table of this program that no worker has entered yet; as many rows are pending as PostgreSQL
/// believes there are.
Json registered(Session& session, Table const& table, std::optional<std::string> const& name)
{
    auto const rows = session.exec("SELECT greatest(reltuples, 0)::bigint FROM pg_catalog.pg_class "
                                   "WHERE oid = to_regclass($1)",
                                   {name});
    Json json{{"table", table.name},
              {"name", name ? Json(*name) : Json()},
              {"state", "registered"},
              {"rows_pending", rows.empty() ? 0 : rows[0][0].as<std::int64_t>()},
              {"rows_pending_exact", false},
              {"rows_failed", 0},
              {"rows_excluded", nullptr},
              {"blocks_done", 0},
              {"blocks_total", 0},
              {"rows_per_s", 0},
              {"seconds_left", nullptr},
              {"owner", nullptr},
              {"why", nullptr},
              {"upgrades", Json::array()},
              {"cleanups", Json::array()}};
    for (auto const& upgrade : table.upgrades)
        json["upgrades"].push_back(registered(upgrade.name, true));
    for (auto const& cleanup : table.cleanups)
        json["cleanups"].push_back(registered(cleanup, false));
    return json;
}

} // namespace

Json status_document(Session& session, std::vector<Table> const& tables)
{
    Json all{{"tables", Json::array()}};
    std::vector<std::optional<std::string>> names;
    OwnNames own;
    for (auto const& table : tables) {
        names.push_back(canonical_name(session, table.name));
        for (auto const& upgrade : table.upgrades)
            own.insert(names.back().value_or("") + "/" + upgrade.name);
    }
    if (has_state_schema(session))
        for (auto const& row : session.exec(walks_sql))
            all["tables"].push_back(walk_json(session, row, own));
    for (std::size_t i = 0; i < tables.size(); ++i) {
        auto const& name = names[i];
        auto const same = [&](Json const& known) { return known["name"] == name.value_or(""); };
        if (std::none_of(all["tables"].begin(), all["tables"].end(), same))
            all["tables"].push_back(registered(session, tables[i], name));
    }
    return all;
}

} // namespace rowbot
