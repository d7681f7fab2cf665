// SPDX-License-Identifier: MIT
#pragma once

// The tables that the contestants upgrade. Each is filled once as a template, by SQL and from the
// row's number alone, and built anew from it before every run.

#include "server.hpp"

namespace bench
{

struct UpgradableTable {
    std::string name{};
    std::string columns{}; ///< Of CREATE TABLE, without the key's index.
    std::string rows{};    ///< A SELECT that gives all rows.
    std::string wrong{};   ///< True, in SQL, for a row that was not upgraded as it should be.
};

/// `document`: JSON text of so many bytes a row, by a bigint or a random UUID.
UpgradableTable documents(std::int64_t rows, int bytes, bool uuid_key = false);
/// `person`: five short columns.
UpgradableTable persons(std::int64_t rows);

void fill_template(Server& server, UpgradableTable const& table);
void drop_all(Server& server, UpgradableTable const& table);

/// The table as it was before any upgrade, vacuumed, with a checkpoint behind it; nothing remains
/// of what Rowbot knew about it.
void build_anew(Server& server, UpgradableTable const& table);

/// Throws std::runtime_error where a row that fulfils `which` was not upgraded as it should be.
void check_upgraded(Server& server, UpgradableTable const& table,
                    std::string const& which = "true");

} // namespace bench
