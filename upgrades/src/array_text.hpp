// SPDX-License-Identifier: MIT
#pragma once

// PostgreSQL's text format of arrays: https://www.postgresql.org/docs/15/arrays.html#ARRAYS-IO

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rowbot
{

/// The elements of a one-dimensional array. Throws Error for more dimensions and for malformed
/// text.
std::vector<std::optional<std::string>> parse_array(std::string_view text, char delimiter = ',');

/// An element quoted for an array literal; no value is NULL.
std::string quote_array_element(std::optional<std::string_view> element);

/// `{"a","b",NULL}`.
std::string array_literal(std::vector<std::string> const& elements);

} // namespace rowbot
