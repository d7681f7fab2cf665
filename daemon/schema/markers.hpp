// SPDX-License-Identifier: MIT
#pragma once

// What the comments of a migration ask for. The two markers of postgres-migrations and its fork
// count wherever their text stands, even in a string, because the Node library looks no closer;
// Rowbot's own counts only in a real `--` comment.

#include <string>
#include <string_view>
#include <vector>

namespace rowbot::schema
{

struct Markers {
    /// `-- postgres-migrations disable-transaction`: runs outside a transaction.
    bool disable_transaction = false;
    /// It stands before the first statement. Elsewhere it may be there by accident: warn.
    bool disable_transaction_in_header = false;
    /// `-- postgres-migrations disable-hash-check`: an applied file may differ.
    bool disable_hash_check = false;
};

Markers read_markers(std::string_view sql);

/// An upgrade that has to be complete before the migration runs.
struct Requirement {
    std::string table{}; ///< As it is written: `article`, `public.article`, `"Weird Table"`.
    std::string upgrade{};
    int line = 0;

    bool operator==(Requirement const&) const = default;
};

/// `-- rowbot: requires article/content-to-blocks, public.source/trim`, on as many lines as there
/// are. Throws ConfigError with file and line for what seems to be meant so but is not: a
/// requirement that nobody reads would lose data.
std::vector<Requirement> read_requirements(std::string_view file, std::string_view sql);

} // namespace rowbot::schema
