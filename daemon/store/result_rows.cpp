// SPDX-License-Identifier: MIT
#include "store/result_rows.hpp"

namespace rowbot
{
namespace
{

ColumnType builtin_type(pqxx::oid oid)
{
    switch (oid) {
    case 16:
        return {.name = "boolean", .kind = TypeKind::boolean};
    case 20:
        return {.name = "bigint", .kind = TypeKind::integer};
    case 21:
        return {.name = "smallint", .kind = TypeKind::integer};
    case 23:
        return {.name = "integer", .kind = TypeKind::integer};
    case 700:
        return {.name = "real", .kind = TypeKind::real};
    case 701:
        return {.name = "double precision", .kind = TypeKind::real};
    case 1700:
        return {.name = "numeric", .kind = TypeKind::numeric};
    case 19:
    case 25:
    case 1042:
    case 1043:
        return {.name = "text", .kind = TypeKind::text};
    case 114:
        return {.name = "json", .kind = TypeKind::json};
    case 3802:
        return {.name = "jsonb", .kind = TypeKind::jsonb};
    case 1000:
        return {.name = "boolean[]", .kind = TypeKind::boolean, .array = true};
    case 1005:
        return {.name = "smallint[]", .kind = TypeKind::integer, .array = true};
    case 1007:
        return {.name = "integer[]", .kind = TypeKind::integer, .array = true};
    case 1016:
        return {.name = "bigint[]", .kind = TypeKind::integer, .array = true};
    case 1022:
        return {.name = "double precision[]", .kind = TypeKind::real, .array = true};
    case 1009:
        return {.name = "text[]", .kind = TypeKind::text, .array = true};
    default:
        return {.name = "type " + std::to_string(oid)};
    }
}

} // namespace

std::vector<Row> result_rows(pqxx::result const& result, std::string const& table)
{
    auto columns = std::make_shared<Columns>();
    for (pqxx::row::size_type i = 0; i < result.columns(); ++i)
        columns->push_back(
            {.name = result.column_name(i), .type = builtin_type(result.column_type(i))});
    std::vector<Row> rows;
    for (auto const& fields : result) {
        std::vector<Value> values;
        for (auto const& field : fields) values.push_back(Value::of(optional_text(field)));
        rows.emplace_back(columns, table, "(another row)", std::move(values));
    }
    return rows;
}

} // namespace rowbot
