// SPDX-License-Identifier: MIT
#include "walk/row_reader.hpp"

#include "store/binary_array.hpp"

#include <charconv>
#include <set>

namespace rowbot
{
namespace
{

/// Every column that an upgrade declares, the key, and the names; all where one declares none.
std::vector<std::size_t> read_columns(Table const& table, detail::TableShape const& shape)
{
    std::set<std::size_t> columns(shape.key.begin(), shape.key.end());
    columns.insert(shape.applied_upgrades);
    for (auto const& upgrade : table.upgrades) {
        for (auto const* names : {&upgrade.reads, &upgrade.writes}) {
            for (auto const column : shape.positions(*names)) columns.insert(column);
            for (std::size_t i = 0; names->empty() && i < shape.size(); ++i) columns.insert(i);
        }
    }
    return {columns.begin(), columns.end()};
}

/// octet_length(text) does not fetch a value from TOAST, pg_column_size shows the compressed size.
std::string size_of(detail::TableShape const& shape, std::vector<std::size_t> const& columns)
{
    std::string sql = "0";
    for (auto const column : columns) {
        auto const& type = (*shape.columns)[column].type;
        auto const name = "t." + detail::quote_identifier(shape.name(column));
        if (type.kind == TypeKind::text && !type.array && !shape.details[column].own_text_cast)
            sql += "+coalesce(octet_length(" + name + "::text),0)";
        else if (type.array || (type.kind != TypeKind::boolean && type.kind != TypeKind::integer &&
                                type.kind != TypeKind::real))
            sql += "+coalesce(CASE WHEN pg_column_compression(" + name +
                   ") IS NULL THEN pg_column_size(" + name + ") ELSE octet_length(" + name +
                   "::text) END,0)";
    }
    return "(" + sql + ")::bigint";
}

Position parse_tid(std::string_view text)
{
    Position position;
    auto const comma = text.find(',');
    std::from_chars(text.data() + 1, text.data() + comma, position.block);
    std::from_chars(text.data() + comma + 1, text.data() + text.size() - 1, position.offset);
    return position;
}

} // namespace

std::string lacks_any(std::vector<std::string> const& names)
{
    if (names.empty()) return "false";
    return "NOT coalesce(t.applied_upgrades @> " + detail::name_array(names) + ", false)";
}

RowReader::RowReader(KnownTable const& table, Leaf const& leaf)
    : table_(table), leaf_(leaf), columns_(read_columns(table.table, leaf.shape))
{
    std::vector<std::string> names;
    for (auto const& upgrade : table.table.upgrades) names.push_back(upgrade.name);
    condition_ = lacks_any(names);
    if (!table.table.where.empty()) condition_ += " AND (" + table.table.where + ")";
    sizes_ = size_of(leaf.shape, columns_);
}

std::string RowReader::hold_sql() const
{
    return "LOCK TABLE ONLY " + leaf_.shape.qualified +
           " IN ACCESS SHARE MODE; SELECT pg_catalog.pg_relation_filenode(" +
           std::to_string(leaf_.oid) + "), pg_catalog.pg_relation_size(" +
           std::to_string(leaf_.oid) + ") / current_setting('block_size')::int";
}

Row RowReader::row(pqxx::row const& fields, int first) const
{
    std::vector<Value> values(leaf_.shape.size());
    for (std::size_t i = 0; i < columns_.size(); ++i)
        values[columns_[i]] =
            Value::of(optional_text(fields[static_cast<pqxx::row::size_type>(first) +
                                           static_cast<pqxx::row::size_type>(i)]));
    std::vector<std::string> names;
    try {
        names = detail::parse_names(values[leaf_.shape.applied_upgrades].optional());
    } catch (Error const&) {
        values[leaf_.shape.applied_upgrades] = {}; // upgraded() says so
    }
    Key key;
    for (auto const column : leaf_.shape.key) key.push_back(values[column].optional());
    return {leaf_.shape.columns, table_.table.name, detail::key_text(key), std::move(values),
            std::move(names)};
}

RowReader::Found RowReader::range(Work& work, Position from, std::int64_t to_block,
                                  std::int64_t most_rows, std::int64_t most_bytes) const
{
    std::string inner, outer;
    for (auto const column : columns_) {
        auto const alias = "c" + std::to_string(column);
        inner += ", t." + detail::quote_identifier(leaf_.shape.name(column)) + " AS " + alias;
        outer += ", s." + alias;
    }
    // The running sum is taken before any value is fetched from TOAST; only rows within the limit
    // are. Of int, because a sum of bigint is computed as numeric.
    auto const result = work.exec(
        "SELECT s.tid, s.bytes" + outer +
        " FROM (SELECT q.*, sum(q.own) OVER (ORDER BY q.tid ROWS UNBOUNDED PRECEDING) AS bytes "
        "FROM (SELECT t.ctid AS tid" +
        inner + ", least(" + sizes_ + ", 1000000000)::int AS own FROM ONLY " +
        leaf_.shape.qualified + " AS t WHERE t.ctid > '" + from.tid() + "'::tid AND t.ctid < '(" +
        std::to_string(to_block) + ",0)'::tid AND " + condition_ + " ORDER BY t.ctid LIMIT " +
        std::to_string(most_rows) + ") AS q) AS s WHERE s.bytes - s.own < " +
        std::to_string(most_bytes) + " ORDER BY s.tid");
    Found found;
    for (auto const& fields : result) {
        found.positions.push_back(parse_tid(fields[0].c_str()));
        found.rows.push_back(row(fields, 2));
    }
    found.cut = static_cast<std::int64_t>(found.rows.size()) >= most_rows ||
                (!found.rows.empty() && result.back()[1].as<std::int64_t>() >= most_bytes);
    return found;
}

std::string RowReader::selected_columns() const
{
    std::string sql;
    for (auto const column : columns_)
        sql += (sql.empty() ? "t." : ", t.") + detail::quote_identifier(leaf_.shape.name(column));
    return sql;
}

pqxx::result RowReader::select_keys(Work& work, std::vector<Key> const& keys,
                                    std::string const& selected, std::string const& condition,
                                    std::string const& lock) const
{
    std::string arrays, names;
    std::vector<std::string> inputs;
    Params params;
    for (std::size_t i = 0; i < leaf_.shape.key.size(); ++i) {
        auto const number = std::to_string(i);
        arrays += (i > 0 ? ", $" : "$") + std::to_string(i + 1) + "::text[]";
        // Names that no column has: Table::where does not qualify those of the table.
        names += "\"rowbot key " + number + "\", ";
        inputs.push_back("v.\"rowbot key " + number + "\"");
        std::vector<std::optional<std::string_view>> values;
        values.reserve(keys.size());
        for (auto const& key : keys) values.emplace_back(key[i]);
        params.binary.push_back(binary_array(values));
    }
    return work.exec("SELECT " + selected + " FROM unnest(" + arrays + ") WITH ORDINALITY AS v (" +
                         names + "\"rowbot order\") JOIN ONLY " + leaf_.shape.qualified +
                         " AS t ON " + detail::key_matches(leaf_.shape, inputs) + " WHERE " +
                         condition + " ORDER BY v.\"rowbot order\"" + lock,
                     params);
}

std::vector<Row> RowReader::keys(Work& work, std::vector<Key> const& keys, bool all) const
{
    std::vector<Row> rows;
    for (auto const& fields :
         select_keys(work, keys, selected_columns(), all ? "true" : condition_, ""))
        rows.push_back(row(fields, 0));
    return rows;
}

std::optional<Row> RowReader::locked(Work& work, Key const& key) const
{
    auto const result =
        select_keys(work, {key}, selected_columns(), condition_, " FOR NO KEY UPDATE OF t");
    if (result.empty()) return std::nullopt;
    return row(result[0], 0);
}

std::vector<bool> RowReader::lock_free(Work& work, std::vector<Key> const& keys) const
{
    std::vector<bool> free(keys.size());
    for (auto const& fields : select_keys(work, keys, "v.\"rowbot order\"", "true",
                                          " FOR NO KEY UPDATE OF t SKIP LOCKED"))
        free[fields[0].as<std::size_t>() - 1] = true;
    return free;
}

} // namespace rowbot
