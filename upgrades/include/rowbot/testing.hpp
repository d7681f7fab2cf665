// SPDX-License-Identifier: MIT
#pragma once

// For the tests of an application, with any framework: runs upgrades on rows given as text, and
// throws where they break a rule. An upgrade that fails on a row throws UpgradeError, which a test
// may expect; an upgrade that is wrong itself (not pure, reads or writes what it does not declare)
// throws ConfigError, which no test expects. What only PostgreSQL knows (constraints, triggers,
// how a type stores a value) takes a real table: see testing_agreement.hpp of rowbot::domain.

#include <rowbot/apply.hpp>

namespace rowbot::testing
{

/// A column as in CREATE TABLE, without constraints: `{"sources", "text[]"}`. Of a domain, give the
/// type that it is made from.
struct ColumnDefinition {
    std::string name{};
    std::string type{};
};

/// A column of a row with its value as text, as in an INSERT: `{"width", "42"}`, `{"live", "t"}`,
/// `{"sources", "{a,b}"}`; nullptr and an empty std::optional are NULL.
struct ColumnText {
    ColumnText(std::string name, std::optional<std::string> value)
        : column(std::move(name)), text(std::move(value))
    {
    }
    ColumnText(std::string name, std::nullptr_t) : column(std::move(name)) {}

    std::string column;
    std::optional<std::string> text{};
};

/// A row. Columns that are left out are NULL. Rows that have some upgrades already say so as they
/// are stored: `{"applied_upgrades", "{fix-bad-statuses}"}`.
using RowText = std::vector<ColumnText>;

/// A registered table and the types of its columns. Immutable; any thread may use it.
class TableUnderTest
{
public:
    /// `columns` are those that the upgrades read and write, and the key: Table::key, or, where
    /// that is empty, a column `id` if there is one. Throws ConfigError where a daemon would refuse
    /// to start: names, misspelt columns, upgrades that do not fit into one table.
    TableUnderTest(Table table, std::vector<ColumnDefinition> const& columns);

    /// The row after all its pending upgrades, those included that run in the worker only. Those
    /// that take a Transaction are left out. Each upgrade that also runs when a row is read is run
    /// many times, and must do the same each time, whatever its undeclared columns hold. (A clock
    /// is noticed only where it ticks between two calls.) Throws UpgradeError where an upgrade
    /// fails, ConfigError where an upgrade breaks a rule, and where the row does not fit the
    /// columns.
    Row upgraded(RowText const& row) const;

    /// The row after this upgrade alone, whether pending or not. Throws as above, and ConfigError
    /// where the table has no such upgrade, or it takes a Transaction.
    Row upgraded(RowText const& row, std::string_view upgrade) const;

    /// Runs the pending upgrades of all rows, first to last and last to first, which finds what an
    /// upgrade carries from row to row. Throws as upgraded() does: give it no row that is to fail.
    void check(std::vector<RowText> const& rows) const;

private:
    Row row_of(RowText const& text, std::size_t number) const;

    Table table_;
    std::shared_ptr<Columns const> columns_;
};

} // namespace rowbot::testing
