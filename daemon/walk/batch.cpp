// SPDX-License-Identifier: MIT
#include "walk/batch.hpp"

namespace rowbot
{

Key key_of(detail::TableShape const& shape, Row const& row)
{
    Key key;
    for (auto const column : shape.key) key.push_back(row.at(column).optional());
    return key;
}

Applied upgraded(Table const& table, Row row, Transaction* transaction, std::size_t most_steps)
{
    auto const names = index_of(row.columns(), "applied_upgrades");
    if (row.at(names).state != Value::State::absent)
        return apply(table, std::move(row), Where::in_worker, transaction, most_steps);
    Applied result{.row = std::move(row)};
    result.failure.emplace(result.row.table(), result.row.key(), table.upgrades.front().name,
                           "column 'applied_upgrades' holds no list of names");
    return result;
}

} // namespace rowbot
