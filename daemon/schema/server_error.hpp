// SPDX-License-Identifier: MIT
#pragma once

// What a server said of a statement, with the place in the file that it means.

#include "schema/migration_files.hpp"
#include "schema/split.hpp"

#include <rowbot/migrate.hpp>

#include <pqxx/pqxx>

namespace rowbot::schema
{

/// libpq's message taken apart: it hands the fields on as the lines of one text.
struct ServerMessage {
    std::string text{};                  ///< Without `ERROR:`.
    std::optional<std::size_t> offset{}; ///< In the statement, in bytes.
    std::string detail{}, hint{}, context{};
};

/// `statement` is what was sent: of its line, libpq shows a piece and a caret only
/// (reportErrorPosition in fe-protocol3.c).
ServerMessage parse_server_message(std::string_view message, std::string_view statement);

/// An error in a file, with file, line, column, the line itself and a marker below it. `kept` says
/// what has become of the migration.
MigrationError migration_error(MigrationFile const& file, Statement const& statement,
                               pqxx::sql_error const& error, std::string const& kept);

/// The same of what is not in a file: a function, or the COMMIT.
MigrationError function_error(MigrationFile const& file, std::exception_ptr const& error);

/// Somebody else's locks: a lock timeout or a deadlock. Trying again may help.
bool is_in_the_way(std::exception_ptr const& error);

} // namespace rowbot::schema
