// SPDX-License-Identifier: MIT
#include "store/schema_version.hpp"

#include <algorithm>

namespace rowbot
{

int last_migration(Session& session, std::string const& migrations_table)
{
    auto const found = session.exec("SELECT to_regclass($1)::text", {migrations_table});
    if (found[0][0].is_null()) return 0;
    return session
        .exec(std::string("SELECT coalesce(max(id), 0) FROM ") + found[0][0].c_str())[0][0]
        .as<int>();
}

ReadyPart ready_part(Table table, int last_migration)
{
    auto& upgrades = table.upgrades;
    auto const waiting = std::find_if(upgrades.begin(), upgrades.end(), [&](auto const& upgrade) {
        return upgrade.needs_migration > last_migration;
    });
    if (waiting == upgrades.end()) return {std::move(table), ""};
    auto why = "upgrade '" + waiting->name + "' needs schema migration " +
               std::to_string(waiting->needs_migration) + ", which is not applied";
    upgrades.erase(waiting, upgrades.end());
    return {std::move(table), std::move(why)};
}

ReadyPart ready_part(Session& session, Table table, std::string const& migrations_table)
{
    auto const last = std::any_of(table.upgrades.begin(), table.upgrades.end(),
                                  [](auto const& upgrade) { return upgrade.needs_migration > 0; })
                          ? last_migration(session, migrations_table)
                          : 0;
    return ready_part(std::move(table), last);
}

} // namespace rowbot
