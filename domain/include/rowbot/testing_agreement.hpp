// SPDX-License-Identifier: MIT
#pragma once

// For the tests of an application: holds what readers see of a real table, before the worker has
// come by, against what the worker then stores. It finds upgrades that are not pure, and values
// that PostgreSQL keeps otherwise than readers saw them. For test databases: it reads the whole
// table in one transaction and stores what was read in a temporary table.

#include <rowbot/detail/differences.hpp>

namespace rowbot::testing
{

/// Reads every row as if upgraded, calls `walk()`, which must make all upgrades permanent (say,
/// with a Worker that runs `once`) and may write through connections of its own, and compares.
/// Of each row that Table::where does not leave out, the columns that inline upgrades may write
/// must be what was read, once their types have stored it, and all inline names be recorded.
/// Columns that worker-only upgrades may write, too, and generated columns are not compared. What
/// a trigger makes of a written value is a difference, because no reader could see it.
///
/// Returns how many rows had an upgrade pending: a test with 0 has tested nothing. Throws Error
/// that names the first five rows that differ, with both values; before the walk, UpgradeError
/// where an upgrade fails on a row, Error where what was read cannot be stored, and ConfigError
/// where table and upgrades do not fit or nothing can be compared; what `walk` throws; and
/// libpqxx's exceptions. No transaction may be open on the connection, and nobody else may write
/// the table meanwhile.
template <class Walk>
std::int64_t check_agreement(pqxx::connection& connection, Table const& table, Walk const& walk)
{
    detail::Agreement agreement;
    {
        pqxx::work tx(connection);
        agreement = detail::in_session(tx, [&] { return detail::remember(tx, table); });
        tx.commit();
    }
    walk();
    pqxx::work tx(connection);
    auto const differences =
        detail::in_session(tx, [&] { return detail::differences(tx, agreement); });
    tx.exec("DROP TABLE pg_temp.rowbot_as_read");
    tx.commit();
    if (!differences.empty()) throw Error(differences);
    return agreement.rows_pending;
}

} // namespace rowbot::testing
