// SPDX-License-Identifier: MIT
#pragma once

// Every error that Rowbot raises itself derives from rowbot::Error. A message says what, where and
// what to do, in lower case and without a full stop. Errors of libpqxx pass through unchanged.

#include <exception>
#include <stdexcept>
#include <string>

namespace rowbot
{

/// The root: `catch (rowbot::Error const&)` catches all that Rowbot raises.
class Error : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

/// Something that was asked for cannot be: an option, a registration, a table that does not fit.
class ConfigError : public Error
{
public:
    using Error::Error;
};

/// A value of a row is not what was asked for: another type, NULL, not selected, not declared.
class RowError : public Error
{
public:
    RowError(std::string table, std::string key, std::string column, std::string const& what);

    std::string const& table() const noexcept { return table_; }
    std::string const& key() const noexcept
    {
        return key_;
    } ///< Key values as text: `42`, `(7, de)`.
    std::string const& column() const noexcept { return column_; }

private:
    std::string table_, key_, column_;
};

/// An upgrade failed on one row. The cause, where there is one, is nested (std::rethrow_if_nested).
class UpgradeError : public Error, public std::nested_exception
{
public:
    UpgradeError(std::string table, std::string key, std::string upgrade, std::string const& what);

    std::string const& table() const noexcept { return table_; }
    std::string const& key() const noexcept { return key_; }
    std::string const& upgrade() const noexcept { return upgrade_; }

private:
    std::string table_, key_, upgrade_;
};

/// Somebody changed the row between our read and our write; nothing was written. Read it again.
class ConflictError : public Error
{
public:
    ConflictError(std::string table, std::string key);

    std::string const& table() const noexcept { return table_; }
    std::string const& key() const noexcept { return key_; }

private:
    std::string table_, key_;
};

} // namespace rowbot
