// SPDX-License-Identifier: MIT
#pragma once

#include <exception>
#include <string_view>

namespace rowbot
{

/// What to do after an error of the database.
enum class Recovery : char {
    retry,     ///< Read the batch again after a pause: somebody else was in the way.
    wait,      ///< The server lacks something (disk, memory, connections): wait, then read again.
    reconnect, ///< The connection is of no use any more.
    bisect,    ///< A row of the batch is at fault: find it, set it aside, go on.
    prepare_again, ///< A cached plan is out of date: once more.
    stop_table     ///< The table or our rights do not fit: nothing that repeating would mend.
};

/// By SQLSTATE (https://www.postgresql.org/docs/15/errcodes-appendix.html); whatever is not listed
/// stops the table.
Recovery recovery_for(std::string_view sqlstate);

/// By exception: libpqxx's own, or anything else. Catches in the order that libpqxx 6.4 needs:
/// there transaction_rollback is no sql_error, and statement_completion_unknown is one of them.
Recovery recovery_for(std::exception_ptr const& error);

} // namespace rowbot
