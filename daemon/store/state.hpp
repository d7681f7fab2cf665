// SPDX-License-Identifier: MIT
#pragma once

// What the worker writes into and reads from the schema `rowbot`. All of it but rowbot.upgrade is a
// hint: losing it costs time, never a row.

#include "store/catalog.hpp"

#include <rowbot/worker.hpp>

namespace rowbot
{

/// Where a pass stands: the next row to look at comes after (block, offset) of the leaf.
struct Position {
    std::int64_t block = 0;
    int offset = 0;

    /// As a tid for SQL.
    std::string tid() const
    {
        return "(" + std::to_string(block) + "," + std::to_string(offset) + ")";
    }
};

struct Cursor {
    int pass = 0;
    std::string leaf{}; ///< Quoted name; empty: the pass has not begun.
    unsigned filenode = 0;
    Position position{};
};

/// Enters the table and its names. A name that was cleaned up cannot come back: ConfigError.
void register_table(Work& work, KnownTable const& table);

/// The right to walk a table, for as long as it is renewed.
struct Lease {
    std::string table{};
    std::string token{};
    Cursor cursor{}; ///< Where the last holder stood.
};

/// Refuses, as register_table does, to work with a name whose cleanup has begun. Under the lease: a
/// program that was frozen since it registered must not apply the name again.
void check_not_cleaned(Session& session, KnownTable const& table);

/// Takes the lease if it is free, expired, or ours (the token says so; a connection that broke has
/// left it behind). Otherwise `holder` says who has it.
std::optional<Lease> acquire(Session& session, std::string const& table, std::string const& owner,
                             std::string const& token, std::chrono::milliseconds duration,
                             std::string& holder);
/// False where somebody else has it now.
bool renew(Session& session, Lease const& lease, std::chrono::milliseconds duration);
void release(Session& session, Lease const& lease);

/// What a transaction of the walk leaves behind.
struct Progress {
    Cursor cursor{};
    std::int64_t blocks_done = 0, blocks_total = 0;
    std::int64_t rows_written = 0;
    std::int64_t rows_failed = 0;
    std::int64_t rows_pending = 0; ///< An estimate.
    double rows_per_s = 0;
    std::map<std::string, std::int64_t> rows_upgraded{}; ///< Since the last time, by upgrade.
};

/// Writes progress as part of the transaction. False where the lease was lost: roll back then.
bool record(Work& work, Lease const& lease, Progress const& progress);

/// What the proof found; see proof.hpp.
struct Counts {
    std::int64_t rows_lacking = 0;                 ///< Rows that lack the name of an upgrade.
    std::int64_t rows_excluded = 0;                ///< Rows that Table::where leaves out.
    std::map<std::string, std::int64_t> lacking{}; ///< By upgrade.
    std::map<std::string, std::int64_t> holding{}; ///< By cleanup: rows that still hold the name.
};

/// Records what a look at the whole table found, in the transaction that looked: upgrades that no
/// row lacks become complete, others running (or failing).
void record_counts(Work& work, KnownTable const& table, Counts const& counts,
                   std::int64_t rows_failed);

void set_table_state(Session& session, std::string const& table, std::string const& state,
                     std::string const& why);
void record_event(Work& work, std::string const& table, std::string const& what,
                  std::string const& detail = {});

/// Announces this program and the names that it carries; call again as a sign of life. The first
/// time in the transaction that registers them, so that no cleanup of theirs begins in between.
void announce(Work& work, std::string const& id, std::string const& program,
              std::vector<std::string> const& names);
void withdraw(Session& session, std::string const& id);

/// Why the worker may not work on a table now (a pause, with its reason); empty where it may.
std::string pause_reason(Session& session, std::string const& table);

/// Whether a name may be cleaned up now. Empty: yes; otherwise why not.
std::string cleanup_hindrance(Session& session, std::string const& table, std::string const& name,
                              std::chrono::seconds after, std::chrono::milliseconds lease);
/// Begins a cleanup, or says why it may not begin. From then on no program can register the name:
/// it would apply it again to the rows that have lost it.
std::string begin_cleanup(Session& session, std::string const& table, std::string const& name,
                          std::chrono::seconds after, std::chrono::milliseconds lease);
/// False where it was cleaned already.
bool record_cleaned(Work& work, std::string const& table, std::string const& name);

} // namespace rowbot
