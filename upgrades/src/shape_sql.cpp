// SPDX-License-Identifier: MIT
#include <rowbot/detail/shape.hpp>

namespace rowbot::detail
{

// Catalogues: https://www.postgresql.org/docs/15/catalogs.html. OIDs below 10000 never change.
char const* const shape_sql = R"sql(
SELECT n.nspname, c.relname, c.relkind, coalesce(am.amname = 'heap', c.relkind = 'p'),
       EXISTS (SELECT FROM pg_catalog.pg_trigger g
               WHERE g.tgrelid = c.oid AND NOT g.tgisinternal AND g.tgattr <> ''::pg_catalog.int2vector),
       a.attname, -- quote_all_identifiers would show "text"[]
       CASE WHEN a.atttypid = 1009 THEN 'text[]' ELSE pg_catalog.format_type(a.atttypid, a.atttypmod) END,
       CASE WHEN e.oid = 16 THEN 'boolean' WHEN e.oid IN (20, 21, 23, 26) THEN 'integer'
            WHEN e.oid IN (700, 701) THEN 'real' WHEN e.oid = 1700 THEN 'numeric' WHEN e.oid = 114 THEN 'json'
            WHEN e.oid = 3802 THEN 'jsonb' WHEN e.typcategory = 'S' THEN 'text' ELSE 'other' END,
       e.oid <> b.oid, e.typdelim, pg_catalog.format_type(b.oid, -1),
       b.oid NOT IN (25, 1043) AND EXISTS (SELECT FROM pg_catalog.pg_cast k
                                           WHERE k.castsource = b.oid AND k.casttarget = 25),
       b.oid >= 16384 AND EXISTS (SELECT FROM pg_catalog.pg_cast k
                                  WHERE k.castsource = 25 AND k.casttarget = b.oid),
       a.attgenerated <> '', CASE WHEN a.attgenerated <> '' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END,
       a.attidentity = 'a', e.typname LIKE 'reg%' AND e.oid < 16384,
       a.atttypid IN (16, 20, 21, 23, 701, 25, 3802)
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
CROSS JOIN LATERAL (
    WITH RECURSIVE domains AS (
        SELECT y.oid, y.typtype, y.typbasetype FROM pg_catalog.pg_type y WHERE y.oid = a.atttypid
        UNION ALL
        SELECT y.oid, y.typtype, y.typbasetype FROM pg_catalog.pg_type y JOIN domains d ON y.oid = d.typbasetype
        WHERE d.typtype = 'd')
    SELECT y.* FROM domains JOIN pg_catalog.pg_type y USING (oid) WHERE domains.typtype <> 'd') AS b
JOIN pg_catalog.pg_type e
  ON e.oid = CASE WHEN b.typcategory = 'A' AND b.typlen = -1 AND b.oid NOT IN (22, 30) THEN b.typelem ELSE b.oid END
WHERE c.oid = pg_catalog.to_regclass($1)
ORDER BY a.attnum)sql";

char const* const key_sql = R"sql(
SELECT i.indisprimary, array_agg(a.attname::text ORDER BY k.position)
FROM pg_catalog.pg_index i
CROSS JOIN LATERAL unnest(i.indkey::pg_catalog.int2[]) WITH ORDINALITY AS k (attnum, position)
JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
WHERE i.indrelid = pg_catalog.to_regclass($1) AND i.indisunique AND i.indimmediate AND i.indisvalid
  AND i.indpred IS NULL AND i.indexprs IS NULL AND k.position <= i.indnkeyatts
GROUP BY i.indexrelid, i.indisprimary
HAVING bool_and(a.attnotnull)
ORDER BY i.indisprimary DESC, i.indexrelid)sql";

} // namespace rowbot::detail
