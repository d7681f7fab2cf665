// SPDX-License-Identifier: MIT
#pragma once

// The table `article` that a daemon walks: what the tests wait for, where its walk stands, and
// whether each of its rows was doubled exactly once.

#include "temporary_database.hpp"

#include <functional>

class WalkedTable
{
public:
    /// Creates the table: each row has its id as its number.
    WalkedTable(std::string database, int rows);
    ~WalkedTable();

    std::string const& database() const noexcept { return database_; }
    void exec(std::string const& sql) const;
    std::string value(std::string const& sql) const;

    /// Where the walk stands. A hint, but committed with the rows.
    struct Stand {
        std::int64_t rows_written = 0, block = 0, offset = 0, blocks = 0;
        int pass = 0;

        /// Neither at its start nor at its end.
        bool in_the_middle() const
        {
            return pass == 0 && (block > 0 || offset > 0) && block < blocks;
        }
    };
    Stand stand() const;
    /// Waits until the walk has written more than `rows_written` rows and stands in the middle.
    Stand await_middle(std::int64_t rows_written = 0) const;
    /// Waits until the query gives `t`: looks whenever the table was written, and now and then.
    void await(std::string const& what, std::string const& condition) const;
    void await_pending(int rows) const;
    /// Waits until the walk is complete, as it says itself.
    void await_complete() const;
    /// Waits until a session waits for a lock.
    void await_lock_wait() const;

    /// Rows that are neither untouched nor doubled and recorded.
    int half_done() const;
    /// Rows that were not doubled exactly once.
    int wrong() const;
    /// Rows not yet doubled.
    int pending() const;

private:
    void await(std::string const& what, std::function<bool()> const& happened) const;

    std::string database_;
};
