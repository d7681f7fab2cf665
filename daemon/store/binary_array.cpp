// SPDX-License-Identifier: MIT
#include "store/binary_array.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <stdexcept>

namespace rowbot
{
namespace
{

void append_int32(std::string& out, std::size_t value)
{
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>((value >> shift) & 0xffU);
}

} // namespace

std::string binary_array(std::span<std::optional<std::string_view> const> elements,
                         ElementType type)
{
    std::size_t bytes = 20 + 4 * elements.size();
    for (auto const& element : elements) bytes += element ? element->size() : 0;
    if (bytes > std::numeric_limits<std::int32_t>::max())
        throw std::length_error("an array parameter over 2 GiB");

    std::string out;
    out.reserve(bytes);
    bool const has_null =
        std::any_of(elements.begin(), elements.end(), [](auto const& e) { return !e; });
    append_int32(out, elements.empty() ? 0 : 1); // dimensions
    append_int32(out, has_null ? 1 : 0);
    append_int32(out, static_cast<std::size_t>(type));
    if (elements.empty()) return out;
    append_int32(out, elements.size());
    append_int32(out, 1); // the first index
    for (auto const& element : elements) {
        append_int32(out, element ? element->size() : 0xffffffffU);
        if (element) out += *element;
    }
    return out;
}

} // namespace rowbot
