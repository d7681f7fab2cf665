// SPDX-License-Identifier: MIT
#pragma once

#include "store/catalog.hpp"

namespace rowbot
{

/// What a role is to do with a table.
enum class Access : char {
    walk, ///< `run`, its cleanups, and a dry run.
    read, ///< An application: Repository::read, save and insert.
    watch ///< `status` and `gate`.
};

struct GrantRequest {
    std::string table{}; ///< Quoted, with its schema: see table_name().
    std::string role{};
    Access access = Access::walk;
    std::vector<Table> carried{}; ///< All tables of the program; this one may be among them.
    std::string migrations_table{};
};

struct Grants {
    std::vector<std::string> statements{}; ///< Each `GRANT … TO …;`, all identifiers quoted.
    std::vector<std::string> notes{};      ///< What no GRANT can say, and what is asked for rarely.
};

/// The rights that the role needs, no more, and none that PUBLIC has. Reads the catalogue alone.
/// Throws ConfigError where there is no such role, or the table lacks applied_upgrades.
Grants grants_for(Session& session, GrantRequest const& request);

} // namespace rowbot
