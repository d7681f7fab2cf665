// SPDX-License-Identifier: MIT
#pragma once

// Holds the files against the rows of the migrations table and decides what is to be run. Pure.

#include "schema/migrations_table.hpp"

#include <span>

namespace rowbot::schema
{

struct Plan {
    std::vector<MigrationFile> pending{}; ///< To be run now, in order.
    std::vector<std::string> warnings{};
    /// What keeps every file from being run, each a whole sentence; a plan with some has no
    /// pending.
    std::vector<std::string> errors{};
    int applied = 0; ///< The last id that is applied; 0: none.
};

struct PlanOptions {
    std::string table{}; ///< For messages.
    bool check_hashes = true;
    std::optional<int> to{};
};

/// `files` as load_files() returns them. An applied file is compared by its hash; its name is not,
/// because versions of postgres-migrations differ in what they store there.
Plan make_plan(std::span<MigrationFile const> files, std::span<AppliedRow const> rows,
               PlanOptions const& options);

} // namespace rowbot::schema
