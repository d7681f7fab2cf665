// SPDX-License-Identifier: MIT
#pragma once

// What the catalogue would have said about a table, written as literals.

#include <rowbot/detail/shape.hpp>

namespace sample
{

/// One row of shape_sql; the fields in its order.
struct CatalogueColumn {
    std::string name{};
    std::string type = "text";
    std::string kind = "text";
    bool array = false;
    std::string delimiter = ",";
    std::string cast_type = type;
    bool own_text_cast = false;
    bool input_through_array = false;
    bool generated = false;
    std::optional<std::string> generated_from{};
    bool identity_always = false;
    bool object_name = false;
    bool storing_keeps = true;
    std::string schema = "public";
    std::string relation = "article";
};

inline std::vector<std::optional<std::string>> row_of(CatalogueColumn const& c)
{
    auto const flag = [](bool value) { return value ? "t" : "f"; };
    return {c.schema,
            c.relation,
            "r",
            "t",
            "f",
            c.name,
            c.type,
            c.kind,
            flag(c.array),
            c.delimiter,
            c.cast_type,
            flag(c.own_text_cast),
            flag(c.input_through_array),
            flag(c.generated),
            c.generated_from,
            flag(c.identity_always),
            flag(c.object_name),
            flag(c.storing_keeps)};
}

inline CatalogueColumn column(char const* name)
{
    return {.name = name};
}

/// The columns given, and applied_upgrades after them.
inline rowbot::detail::TextRows catalogue(std::vector<CatalogueColumn> columns)
{
    columns.push_back(
        {.name = "applied_upgrades", .type = "text[]", .array = true, .storing_keeps = false});
    rowbot::detail::TextRows rows;
    for (auto const& c : columns) rows.push_back(row_of(c));
    return rows;
}

inline rowbot::detail::TextRows const primary_key_id{{"t", "{id}"}};

} // namespace sample
