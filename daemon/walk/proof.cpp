// SPDX-License-Identifier: MIT
#include "walk/proof.hpp"

#include "walk/row_reader.hpp"

namespace rowbot
{

Counts look_at(Work& work, std::string const& qualified, std::vector<std::string> const& upgrades,
               std::vector<std::string> const& cleanups, std::string const& where)
{
    auto const scope = where.empty() ? std::string("true") : "(" + where + ")";
    auto const lacking = scope + " AND " + lacks_any(upgrades);
    auto const holding = cleanups.empty() ? std::string("false")
                                          : "coalesce(t.applied_upgrades && " +
                                                detail::name_array(cleanups) + ", false)";
    auto const count = [](std::string const& condition) {
        return ", count(*) FILTER (WHERE " + condition + ")";
    };

    std::string sql =
        "SELECT count(*) FILTER (WHERE " + lacking + ")" + count("(" + scope + ") IS NOT TRUE");
    for (auto const& name : upgrades) sql += count(scope + " AND " + lacks_any({name}));
    for (auto const& name : cleanups)
        sql +=
            count("coalesce(t.applied_upgrades @> " + detail::name_array({&name, 1}) + ", false)");
    sql += " FROM " + qualified + " AS t WHERE " + lacking + " OR " + holding;
    if (!where.empty()) sql += " OR (" + scope + ") IS NOT TRUE";

    auto const row = work.exec(sql)[0];
    Counts counts{.rows_lacking = row[0].as<std::int64_t>(),
                  .rows_excluded = row[1].as<std::int64_t>()};
    pqxx::row::size_type column = 2;
    for (auto const& name : upgrades) counts.lacking[name] = row[column++].as<std::int64_t>();
    for (auto const& name : cleanups) counts.holding[name] = row[column++].as<std::int64_t>();
    return counts;
}

std::vector<std::string> examples(Work& work, std::string const& qualified,
                                  std::vector<std::string> const& key,
                                  std::vector<std::string> const& upgrades,
                                  std::string const& where, int most)
{
    std::string columns;
    for (auto const& name : key)
        columns += (columns.empty() ? "t." : ", t.") + detail::quote_identifier(name);
    std::vector<std::string> found;
    for (auto const& fields : text_rows(work.exec(
             "SELECT " + columns + " FROM " + qualified + " AS t WHERE " + lacks_any(upgrades) +
             (where.empty() ? "" : " AND (" + where + ")") + " LIMIT " + std::to_string(most))))
        found.push_back(detail::key_text(fields));
    return found;
}

} // namespace rowbot
