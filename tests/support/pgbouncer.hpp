// SPDX-License-Identifier: MIT
#pragma once

// PgBouncer in transaction mode in front of the tests' server, with two connections to each
// database. It listens on a unix socket of its own and ends with the object.

#include "temporary_database.hpp"

#include <sys/types.h>

class PgBouncer
{
public:
    /// Throws std::runtime_error where the program pgbouncer is missing or does not start.
    explicit PgBouncer(TemporaryDatabase const& db);
    ~PgBouncer();
    PgBouncer(PgBouncer const&) = delete;
    PgBouncer& operator=(PgBouncer const&) = delete;

    static constexpr int pool_size = 2;

    /// The database behind it, as a connection string for libpq.
    std::string url() const;

private:
    std::string folder_, database_;
    pid_t pid_ = 0;
};
