// SPDX-License-Identifier: MIT
#pragma once

// Places in SQL where whoever comes there waits until the test opens them, so that a test knows
// exactly how far a program has come. A gate is named and exists by being named: `gate('name')` in
// SQL. Gates are open until they are closed.

#include "temporary_database.hpp"

class Gates
{
public:
    /// Creates the function gate(name text).
    explicit Gates(TemporaryDatabase const& db);

    void close(std::string const& name);
    void open(std::string const& name);
    /// The pid of the server's process that waits at a gate, as soon as there is one.
    std::string await_at(std::string const& name) const;

private:
    void call(std::string const& function, std::string const& name);

    TemporaryDatabase const& db_;
    std::unique_ptr<pqxx::connection> keeper_;
};
