// SPDX-License-Identifier: MIT
#pragma once

// apply() is the one place where upgrades run: the worker and Repository::read both call it, so
// that what the application reads is what the worker will store.

#include <rowbot/table.hpp>

namespace rowbot
{

/// Who asks: a reader leaves the upgrades alone that run in the worker only.
enum class Where : char { reading, in_worker };

/// What one upgrade did to the row: the values of the columns that it wrote, in PostgreSQL's text
/// format.
struct Step {
    std::size_t upgrade = 0; ///< Its position in Table::upgrades.
    std::vector<std::pair<std::size_t, Value>> writes{};
};

/// The result of apply().
struct Applied {
    Row row;                   ///< As if upgraded, with the names of `steps` in applied().
    std::vector<Step> steps{}; ///< One for each upgrade that ran, in order.
    std::optional<UpgradeError>
        failure{};                  ///< Set where an upgrade failed; those after it did not run.
    std::size_t failed_upgrade = 0; ///< Its position in Table::upgrades, where `failure` is set.

    /// All steps folded into one: each column once, with its last value, in the order of the
    /// columns.
    std::vector<std::pair<std::size_t, Value>> changes() const;
};

/// Runs the row's pending upgrades in order, each on the result of those before it. An exception of
/// an upgrade, and a patch that breaks the rules, end up in `failure`; those before are kept.
/// Upgrades that need a transaction run only where one is given; without it, apply() stops before
/// the first of them. At most `most_steps` upgrades run. Any thread may call it.
Applied apply(Table const& table, Row row, Where where, Transaction* transaction = nullptr,
              std::size_t most_steps = std::numeric_limits<std::size_t>::max());

} // namespace rowbot
