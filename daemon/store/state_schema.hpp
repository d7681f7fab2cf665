// SPDX-License-Identifier: MIT
#pragma once

#include "store/session.hpp"

namespace rowbot
{

/// Creates the schema `rowbot`, or upgrades it to what this program knows. Any number of programs
/// may call it at once. Throws ConfigError where the schema is newer than this program, or where it
/// has to be changed and the role may not.
void ensure_state_schema(Session& session);

/// Whether the schema is there at all; nothing is changed. Throws ConfigError where it is newer.
bool has_state_schema(Session& session);

} // namespace rowbot
