// SPDX-License-Identifier: MIT
#pragma once

// A fresh, empty database for one test, on the server that the environment variable
// ROWBOT_TEST_SERVER names (a libpq connection string or URL of a superuser). It is dropped at the
// end, connections or not. Every call opens a connection of its own: any thread may call it.

#include <memory>
#include <string>
#include <string_view>

#include <pqxx/pqxx>

class TemporaryDatabase
{
public:
    /// Throws std::runtime_error with a hint where ROWBOT_TEST_SERVER is not set.
    TemporaryDatabase();
    ~TemporaryDatabase();
    TemporaryDatabase(TemporaryDatabase const&) = delete;
    TemporaryDatabase& operator=(TemporaryDatabase const&) = delete;

    std::string const& name() const noexcept { return name_; }
    /// A connection string for libpq, or a URL where ROWBOT_TEST_SERVER is one.
    std::string const& url() const noexcept { return url_; }
    std::unique_ptr<pqxx::connection> connect() const;

    /// Runs one or more statements; several form one transaction.
    void exec(std::string const& sql) const;
    /// The single value that a query gives, as text; empty for NULL. Throws std::runtime_error for
    /// anything but one row with one column.
    std::string value(std::string const& sql) const;
    /// The rows of a query as text: columns separated by `|`, rows by a newline, none at the end;
    /// NULL is `∅`.
    std::string rows(std::string const& sql) const;

private:
    std::string server_, name_, url_;
};
