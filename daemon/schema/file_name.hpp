// SPDX-License-Identifier: MIT
#pragma once

// What a migration's file is called: a number, a separator that may be missing, a name, a suffix.
// The rules are those of postgres-migrations to the letter, because the name is part of the hash.

#include <optional>
#include <string>
#include <string_view>

namespace rowbot::schema
{

struct FileName {
    int id = 0;
    /// `add-sources` of `3_add-sources.sql`; the whole file name where nothing would be left.
    std::string name{};
    bool js = false; ///< A program for Node.

    bool operator==(FileName const&) const = default;
};

/// For a name without its folder. None: the suffix is neither .sql nor .js in any case, so the file
/// is none of ours. Throws ConfigError for one with such a suffix that fits no further.
std::optional<FileName> parse_file_name(std::string_view file);

} // namespace rowbot::schema
