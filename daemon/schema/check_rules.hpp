// SPDX-License-Identifier: MIT
#pragma once

// The rules of check_sql(), each for one statement.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace rowbot::schema
{

struct Fault {
    std::string what{};
    std::size_t offset = 0; ///< In the statement.
};

/// COMMIT and its like; where there is no transaction, also what needs one.
std::optional<Fault> check_transaction(std::string_view statement, bool in_transaction);

/// SET, RESET and others that stay in the session, where the next migration and the record of this
/// one find them.
std::optional<Fault> check_session(std::string_view statement, bool in_transaction);

/// The same by calls of functions: set_config(…, false), pg_advisory_lock() and its like.
std::optional<Fault> check_calls(std::string_view statement, bool in_transaction);

/// What PostgreSQL refuses to run in a transaction block.
std::optional<Fault> check_outside(std::string_view statement, bool in_transaction);

/// Commands to psql, and COPY from or to the client.
std::optional<Fault> check_client(std::string_view statement, bool in_transaction);

/// Whether data follows the statement: COPY … FROM STDIN.
bool is_copy_from_client(std::string_view statement);

} // namespace rowbot::schema
