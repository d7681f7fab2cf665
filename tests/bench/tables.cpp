// SPDX-License-Identifier: MIT
#include "tables.hpp"

#include <algorithm>

namespace bench
{
namespace
{

char const* const column_of_names = ", applied_upgrades text[] NOT NULL DEFAULT '{}'";

/// A document has numbers, words, nested objects and arrays; one of its keys varies from row to
/// row; the last value fills it up to its size.
constexpr char const* document_rows = R"sql(
    SELECT $KEY$ AS id, core || left(repeat(m || ' lorem ipsum dolor sit amet ', 60),
                                    $BYTES$ - octet_length(core) - 2) || '"}' AS content
    FROM (SELECT ARRAY['the quick brown fox', 'jumps over', 'a lazy dog', 'café au lait',
                       'line one\nline two', 'a \"quoted\" word', 'red', 'green', 'deep blue',
                       'Grüße aus Köln', 'north-north-west', 'see also: page 42', 'discontinued',
                       'made to order', 'size XL', 'to be confirmed'] AS w) AS words,
         generate_series(1, $ROWS$) AS n,
         LATERAL (SELECT md5(n::text) AS m, (n::bigint * 7919 % 65521)::int AS h) AS hashes,
         LATERAL (SELECT concat(
            '{"id": ', n, ', "sku": "', left(m, 12), '", "title": "', w[1 + h % 16], ' ',
            w[1 + h / 16 % 16], '", "price": ', round(h / 100.0, 2), ', "in_stock": ',
            CASE WHEN h % 3 = 0 THEN 'false' ELSE 'true' END, ', "tags": ["', w[1 + h % 7], '", "',
            w[2 + h % 11], '", "', w[3 + h % 13], '"], "size": {"w": ', h % 97, ', "h": ', h % 89,
            ', "d": ', round(h / 7.0, 1), '}, "attribute_', h % 37, '": ', n,
            ', "history": [{"at": "2019-0', 1 + h % 9, '-1', h % 10, 'T08:30:00Z", "by": "',
            w[1 + h % 5], '", "qty": ', h % 1000, '}, {"at": "2021-0', 1 + h % 7, '-0', 1 + h % 9,
            'T17:05:00Z", "by": null, "qty": -', 1 + h % 50, '}]', $SECTIONS$, ', "note": "') AS core
         ) AS documents)sql";

/// Of larger documents: about 60 bytes each.
constexpr char const* sections = R"sql(', "sections": [' || (
    SELECT string_agg(concat('"', w[1 + (h + i * i / 3) % 16], ' ', md5((n * 1000 + i)::text), ' ',
                             w[1 + (h + i) % 16], '"'), ', ') FROM generate_series(1, $COUNT$) AS i
    ) || ']')sql";

constexpr char const* person_rows = R"sql(
    SELECT n AS id, ' Name' || n % 9973 || ' ' AS name, 'User' || n || '@Example.org' AS email,
           'City ' || n % 997 AS city, '+49 30 ' || n % 99991 AS phone,
           CASE n % 3 WHEN 0 THEN 'Active' WHEN 1 THEN 'PAUSED ' ELSE 'closed' END AS status
    FROM generate_series(1, $ROWS$) AS n)sql";

std::string with(std::string text, std::string const& name, std::string const& value)
{
    for (std::size_t at = 0; (at = text.find(name, at)) != std::string::npos; at += value.size())
        text.replace(at, name.size(), value);
    return text;
}

std::string untidy(std::string const& column)
{
    return column + " <> replace(lower(" + column + "), ' ', '')";
}

} // namespace

UpgradableTable documents(std::int64_t rows, int bytes, bool uuid_key)
{
    auto const count = std::max(0, (bytes - 1200) / 66);
    auto sql = with(document_rows, "$SECTIONS$",
                    count > 0 ? with(sections, "$COUNT$", std::to_string(count)) : "''");
    sql = with(sql, "$KEY$", uuid_key ? "m::uuid" : "n");
    return {.name = "document",
            .columns = std::string(uuid_key ? "id uuid" : "id bigint") +
                       " NOT NULL, content text NOT NULL, content2 jsonb" + column_of_names,
            .rows =
                with(with(sql, "$BYTES$", std::to_string(bytes)), "$ROWS$", std::to_string(rows)),
            .wrong = "content2 IS DISTINCT FROM content::jsonb OR "
                     "applied_upgrades <> '{content-to-jsonb}' OR octet_length(content) <> " +
                     std::to_string(bytes)};
}

UpgradableTable persons(std::int64_t rows)
{
    return {.name = "person",
            .columns =
                std::string("id bigint NOT NULL, name text, email text, city text, phone text, "
                            "status text") +
                column_of_names,
            .rows = with(person_rows, "$ROWS$", std::to_string(rows)),
            .wrong = untidy("name") +
                     " OR cardinality(applied_upgrades) NOT IN (1, 5) OR "
                     "(cardinality(applied_upgrades) = 5 AND (" +
                     untidy("email") + " OR " + untidy("city") + " OR " + untidy("phone") + " OR " +
                     untidy("status") + "))"};
}

void fill_template(Server& server, UpgradableTable const& table)
{
    auto const copy = table.name + "_template";
    drop_all(server, table);
    server.exec("CREATE TABLE " + copy + " (" + table.columns + ")");
    server.exec("INSERT INTO " + copy + " (SELECT * FROM (" + table.rows + ") AS r)");
    server.exec("VACUUM ANALYZE " + copy);
}

void drop_all(Server& server, UpgradableTable const& table)
{
    server.exec("DROP TABLE IF EXISTS " + table.name + ", " + table.name + "_template");
}

void build_anew(Server& server, UpgradableTable const& table)
{
    server.exec("DROP SCHEMA IF EXISTS rowbot CASCADE");
    server.exec("DROP TABLE IF EXISTS " + table.name);
    server.exec("CREATE TABLE " + table.name + " (LIKE " + table.name +
                "_template INCLUDING DEFAULTS)");
    server.exec("SET synchronize_seqscans = off"); // else the copy may begin in the middle
    server.exec("INSERT INTO " + table.name + " TABLE " + table.name + "_template");
    server.exec("ALTER TABLE " + table.name + " ADD PRIMARY KEY (id)");
    server.exec("VACUUM ANALYZE " + table.name);
    server.exec("CHECKPOINT");
}

void check_upgraded(Server& server, UpgradableTable const& table, std::string const& which)
{
    auto const wrong = server.value("SELECT count(*) FROM " + table.name + " WHERE (" + which +
                                    ") AND ((" + table.wrong + ") IS NOT FALSE)");
    if (wrong != "0")
        throw std::runtime_error(table.name + ": " + wrong +
                                 " rows were not upgraded as they should be");
}

} // namespace bench
