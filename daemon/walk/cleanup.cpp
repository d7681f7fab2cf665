// SPDX-License-Identifier: MIT
#include "walk/cleanup.hpp"

#include <algorithm>

namespace rowbot
{

std::int64_t clean_leaf(Session& session, Leaf const& leaf, std::vector<std::string> const& names,
                        std::int64_t most_rows, RowWriter::Record const& record,
                        Pipeline::Halt const& halt)
{
    std::string removed = "t.applied_upgrades";
    for (auto const& name : names)
        removed = "array_remove(" + removed + ", " + detail::quote_literal(name) + ")";
    auto const holds = "t.applied_upgrades && " + detail::name_array(names);
    std::int64_t total = 0, span = 64;
    for (std::int64_t block = 0; block < leaf.blocks && !halt();) {
        auto const end = std::min(leaf.blocks, block + span);
        auto const range = "t.ctid >= '(" + std::to_string(block) + ",0)'::tid AND t.ctid < '(" +
                           std::to_string(end) + ",0)'::tid";
        // A row that an application moves meanwhile keeps its name until the next pass: its ctid
        // differs.
        Work work(session, Purpose::write);
        auto const rows = static_cast<std::int64_t>(
            work.exec("UPDATE ONLY " + leaf.shape.qualified + " AS t SET applied_upgrades = " +
                      removed + " WHERE t.ctid = ANY (ARRAY(SELECT t.ctid FROM ONLY " +
                      leaf.shape.qualified + " AS t WHERE " + range + " AND " + holds +
                      " ORDER BY t.ctid LIMIT " + std::to_string(most_rows) + ")) AND " + holds)
                .affected_rows());
        record(work, {.rows = rows});
        work.commit();
        total += rows;
        if (rows >= most_rows)
            span = std::max<std::int64_t>(1, span / 2); // the same range again
        else
            block = end, span = std::min<std::int64_t>(span * 2, 4096);
    }
    return total;
}

} // namespace rowbot
