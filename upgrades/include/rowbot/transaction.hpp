// SPDX-License-Identifier: MIT
#pragma once

// What an upgrade may do with the database, for the few upgrades that must read or write other
// rows. The worker implements it; what runs through it commits or rolls back with the row's own
// upgrade.

#include <rowbot/row.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rowbot
{

class Transaction
{
public:
    using Parameters = std::vector<std::optional<std::string>>;

    virtual ~Transaction() = default;

    /// Runs one statement with the parameters $1, $2, … in PostgreSQL's text format and returns its
    /// rows. Throws libpqxx's exceptions; the worker then rolls back this upgrade alone.
    virtual std::vector<Row> exec(std::string_view sql, Parameters const& parameters = {}) = 0;

protected:
    Transaction() = default;
    Transaction(Transaction const&) = default;
    Transaction& operator=(Transaction const&) = default;
};

} // namespace rowbot
