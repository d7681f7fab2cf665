// SPDX-License-Identifier: MIT
#pragma once

#include <rowbot/patch.hpp>

namespace rowbot
{

/// A patch's value as input text for a column of this type. Booleans, integers, float8, text and
/// jsonb come out exactly as PostgreSQL would show them once stored. Throws Error where it does not
/// fit.
Value encode(PatchValue const& value, ColumnType const& type);

} // namespace rowbot
