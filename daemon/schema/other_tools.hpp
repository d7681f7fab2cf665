// SPDX-License-Identifier: MIT
#pragma once

// The tables by which other migration tools remember what they have applied.

#include "store/session.hpp"

#include <filesystem>

namespace rowbot::schema
{

struct OtherTool {
    enum class Kind : char { none, dbmate, golang_migrate, refused };
    Kind kind = Kind::none;
    std::string name{};  ///< For messages: `Flyway`.
    std::string table{}; ///< `public.flyway_schema_history`.
};

/// Looks in one schema.
OtherTool find_other_tool(Session& session, std::string const& schema);

/// A migration of dbmate or golang-migrate.
struct ForeignFile {
    std::string name{}; ///< Without its number: `create_users`.
    std::string sql{};  ///< Its up part.
    bool applied = false;
};

/// Its files in the order of their versions, and which of them the database has. Throws ConfigError
/// where an applied version has no file, or golang-migrate calls its database dirty.
std::vector<ForeignFile> read_foreign_files(Session& session, OtherTool const& tool,
                                            std::filesystem::path const& directory);

} // namespace rowbot::schema
