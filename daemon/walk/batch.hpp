// SPDX-License-Identifier: MIT
#pragma once

#include "store/state.hpp"

namespace rowbot
{

/// The values of a key, as text.
using Key = std::vector<std::optional<std::string>>;

/// A row as it was read, and what its upgrades made of it.
struct VisitedRow {
    Row as_read;
    Applied applied;
};

/// A statement that writes rows, and which.
struct Statement {
    std::string sql{};
    Params params{};
    /// RETURNING gives an ordinal, from 1, and whether the row holds its new names. Which row is at
    /// each ordinal:
    std::vector<std::size_t> rows{};
};

/// Rows ready to be written. Their values are in the statements alone: where these fail, the rows
/// are read again.
struct Prepared {
    std::vector<Statement> statements{};
    std::vector<Key> keys{};                          ///< Of each row.
    std::vector<std::vector<std::size_t>> upgrades{}; ///< That ran, of each row.
};

/// What one read found and the transformation made of it; the writer's unit of work.
struct Batch {
    Prepared rows{}; ///< With something to write.
    std::vector<UpgradeError>
        failures{};                   ///< Of these rows and of others that have nothing to write.
    std::vector<Key> failed_keys{};   ///< One for each of `failures`.
    std::vector<Key> transactional{}; ///< Rows with an upgrade that needs the writer's connection.
    Position end{};                   ///< The pass goes on behind it.
    std::chrono::nanoseconds took{};  ///< To read and to transform.
};

Key key_of(detail::TableShape const& shape, Row const& row);

/// apply(), as the worker does it. A row whose `applied_upgrades` is no list of names, and so says
/// not what was applied, fails: RowReader leaves that column absent.
Applied upgraded(Table const& table, Row row, Transaction* transaction = nullptr,
                 std::size_t most_steps = std::numeric_limits<std::size_t>::max());

} // namespace rowbot
