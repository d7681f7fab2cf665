// SPDX-License-Identifier: MIT
#pragma once

#include "store/session.hpp"

namespace rowbot
{

/// The Transaction that an upgrade gets: the worker's own, on the row that it has locked.
class UpgradeTransaction final : public Transaction
{
public:
    /// `table` must outlive it.
    UpgradeTransaction(Work& work, Table const& table) : work_(work), table_(table) {}

    std::vector<Row> exec(std::string_view sql, Parameters const& parameters) override;

    /// To be called when the upgrade is over. An error of the connection, a deadlock and the like
    /// are not the row's fault although they came through its function: throws them as they were.
    /// Where the upgrade has swallowed the error of a statement, its steps become a failure,
    /// because PostgreSQL will do nothing more in this transaction.
    void must_be_whole(Applied& applied) const;

private:
    pqxx::result run(std::string_view sql, Parameters const& parameters);

    Work& work_;
    Table const& table_;
    std::exception_ptr error_{}; ///< Of the first statement that failed.
};

} // namespace rowbot
