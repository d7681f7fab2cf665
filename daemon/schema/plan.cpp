// SPDX-License-Identifier: MIT
#include "schema/plan.hpp"

#include "schema/hash.hpp"

#include <algorithm>

namespace rowbot::schema
{
namespace
{

/// The first id that is not where its position says; a reader that goes by position would compare
/// wrong pairs from there on.
std::optional<int> hole(std::span<AppliedRow const> rows)
{
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (rows[i].id != static_cast<int>(i)) return static_cast<int>(i);
    return std::nullopt;
}

/// Empty where the file is what was applied.
std::string difference(MigrationFile const& file, AppliedRow const& row, Plan& plan)
{
    if (file.js || file.hash == row.hash) return "";
    if (file.markers.disable_hash_check) return "";
    if (matches_but_for_line_endings(file.file, file.sql, row.hash)) {
        plan.warnings.push_back(file.file + ": only its line endings differ from what was applied");
        return "";
    }
    return file.file + " has changed since it was applied: its hash is " + file.hash +
           ", the applied one's " + row.hash +
           "; undo the change and write another migration, or, if the database has what the file "
           "says now, run: rowbot migrate repair " +
           std::to_string(file.id);
}

void compare(std::span<MigrationFile const> files, std::span<AppliedRow const> rows,
             PlanOptions const& options, Plan& plan)
{
    if (!rows.empty() && !is_migration_zero_hash(rows[0].hash))
        plan.warnings.push_back(options.table + ": row 0 was written by an unknown program");
    for (auto const& row : rows) {
        if (row.id == 0 || row.id > static_cast<int>(files.size())) continue;
        auto const what = difference(files[static_cast<std::size_t>(row.id) - 1], row, plan);
        if (what.empty()) continue;
        (options.check_hashes ? plan.errors : plan.warnings).push_back(what);
    }
}

} // namespace

Plan make_plan(std::span<MigrationFile const> files, std::span<AppliedRow const> rows,
               PlanOptions const& options)
{
    Plan plan;
    if (auto const missing = hole(rows)) {
        plan.errors.push_back(options.table + ": row " + std::to_string(*missing) +
                              " is missing, and there are later ones; restore it, or find out who "
                              "deleted it");
        return plan;
    }
    plan.applied = std::max(0, static_cast<int>(rows.size()) - 1);
    compare(files, rows, options, plan);
    auto const last = static_cast<int>(files.size());
    if (plan.applied > last)
        plan.warnings.push_back(options.table + " is ahead: " + std::to_string(plan.applied) +
                                " migrations are applied, and there are only " +
                                std::to_string(last) + " files; is this an older version?");
    if (options.to && (*options.to < 0 || *options.to > last))
        throw ConfigError("there is no migration " + std::to_string(*options.to) +
                          "; the last one is " + std::to_string(last));
    if (!plan.errors.empty()) return plan;
    for (auto id = plan.applied; id < std::min(last, options.to.value_or(last)); ++id)
        plan.pending.push_back(files[static_cast<std::size_t>(id)]);
    return plan;
}

} // namespace rowbot::schema
