// SPDX-License-Identifier: MIT
#pragma once

#include "store/session.hpp"

namespace rowbot
{

/// The Transaction that an upgrade gets: the worker's own, on the row that it has locked.
class UpgradeTransaction final : public Transaction
{
public:
    UpgradeTransaction(Work& work, std::string table) : work_(work), table_(std::move(table)) {}

    std::vector<Row> exec(std::string_view sql, Parameters const& parameters) override;

    /// An error of the connection, a deadlock and the like are not the row's fault although they
    /// came through its function: throws them as they were.
    static void rethrow_unless_of_the_row(UpgradeError const& failure);

private:
    Work& work_;
    std::string table_;
};

} // namespace rowbot
