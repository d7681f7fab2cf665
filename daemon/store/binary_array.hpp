// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace rowbot
{

enum class ElementType : unsigned { bytea = 17, text = 25 };

/// A one-dimensional array in PostgreSQL's binary format, for a parameter `$n::text[]` or
/// `$n::bytea[]`. The layout is array_send's, src/backend/utils/adt/arrayfuncs.c.
std::string binary_array(std::span<std::optional<std::string_view> const> elements,
                         ElementType type = ElementType::text);

} // namespace rowbot
