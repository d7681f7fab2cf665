// SPDX-License-Identifier: MIT
#include "type_text.hpp"

#include "excerpt.hpp"

#include <algorithm>

namespace rowbot
{
namespace
{

struct Known {
    std::string_view written, shown;
    TypeKind kind;
};

// https://www.postgresql.org/docs/15/datatype.html, table 8.1 and its aliases.
constexpr Known known[] = {{"bool", "boolean", TypeKind::boolean},
                           {"boolean", "boolean", TypeKind::boolean},
                           {"smallint", "smallint", TypeKind::integer},
                           {"int2", "smallint", TypeKind::integer},
                           {"smallserial", "smallint", TypeKind::integer},
                           {"int", "integer", TypeKind::integer},
                           {"int4", "integer", TypeKind::integer},
                           {"integer", "integer", TypeKind::integer},
                           {"serial", "integer", TypeKind::integer},
                           {"bigint", "bigint", TypeKind::integer},
                           {"int8", "bigint", TypeKind::integer},
                           {"bigserial", "bigint", TypeKind::integer},
                           {"oid", "oid", TypeKind::integer},
                           {"real", "real", TypeKind::real},
                           {"float4", "real", TypeKind::real},
                           {"double precision", "double precision", TypeKind::real},
                           {"float8", "double precision", TypeKind::real},
                           {"float", "double precision", TypeKind::real},
                           {"numeric", "numeric", TypeKind::numeric},
                           {"decimal", "numeric", TypeKind::numeric},
                           {"text", "text", TypeKind::text},
                           {"character varying", "character varying", TypeKind::text},
                           {"varchar", "character varying", TypeKind::text},
                           {"character", "character", TypeKind::text},
                           {"char", "character", TypeKind::text},
                           {"citext", "citext", TypeKind::text},
                           {"name", "name", TypeKind::text},
                           {"json", "json", TypeKind::json},
                           {"jsonb", "jsonb", TypeKind::jsonb}};

std::string_view trimmed(std::string_view text)
{
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

Known const* find(std::string_view word)
{
    auto const* const found = std::find_if(std::begin(known), std::end(known),
                                           [&](auto const& type) { return type.written == word; });
    return found == std::end(known) ? nullptr : found;
}

} // namespace

ColumnType column_type(std::string_view sql)
{
    std::string lower(trimmed(sql));
    if (lower.find('"') == std::string::npos)
        std::transform(lower.begin(), lower.end(), lower.begin(),
                       [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    std::string_view name = lower;
    bool array = false;
    for (; name.ends_with(']'); array = true) // dimensions and sizes mean nothing to PostgreSQL
        name = trimmed(name.substr(0, name.rfind('[')));
    std::string_view modifier;
    if (name.ends_with(')')) modifier = name.substr(std::min(name.find('('), name.size()));
    auto const base = trimmed(name.substr(0, name.size() - modifier.size()));

    auto const* const type = find(base);
    if (base.empty() || (type == nullptr && base != "character varying" &&
                         find(base.substr(0, base.find_first_of(" ("))) != nullptr))
        throw Error("the type " + excerpt(sql) +
                    " is not known; give the type alone, without constraints");
    return {.name = (type != nullptr ? std::string(type->shown) + std::string(modifier)
                                     : std::string(name)) +
                    (array ? "[]" : ""),
            .kind = type != nullptr ? type->kind : TypeKind::other,
            .array = array,
            .delimiter = base == "box" ? ';' : ','};
}

} // namespace rowbot
