// SPDX-License-Identifier: MIT
#pragma once

// Private to Rowbot. Turns what a patch says into what PostgreSQL reads; apply() and the
// repository's update and insert share it.

#include <rowbot/patch.hpp>

namespace rowbot
{

/// A patch's value as input text for a column of this type. Booleans, integers, float8, text and
/// jsonb come out exactly as PostgreSQL would show them once stored. Throws Error where it does not
/// fit.
Value encode(PatchValue const& value, ColumnType const& type);

} // namespace rowbot
