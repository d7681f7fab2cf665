// SPDX-License-Identifier: MIT
#include "walk/upgrade_transaction.hpp"

#include "store/result_rows.hpp"
#include "walk/recovery.hpp"

namespace rowbot
{

pqxx::result UpgradeTransaction::run(std::string_view sql, Parameters const& parameters)
{
    try {
        return work_.exec(std::string(sql), Params{.text = parameters});
    } catch (...) {
        if (!error_) error_ = std::current_exception();
        throw;
    }
}

std::vector<Row> UpgradeTransaction::exec(std::string_view sql, Parameters const& parameters)
{
    return result_rows(run(sql, parameters), table_.name);
}

void UpgradeTransaction::must_be_whole(Applied& applied) const
{
    if (!error_) return;
    auto const recovery = recovery_for(error_);
    if (recovery == Recovery::retry || recovery == Recovery::wait ||
        recovery == Recovery::reconnect)
        std::rethrow_exception(error_);
    if (applied.failure) return;
    applied.failed_upgrade = applied.steps.back().upgrade;
    applied.failure.emplace(applied.row.table(), applied.row.key(),
                            table_.upgrades[applied.failed_upgrade].name,
                            "it went on after a statement had failed, which PostgreSQL does not "
                            "within a transaction; let the exception through");
    applied.steps.clear();
}

} // namespace rowbot
