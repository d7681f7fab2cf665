// SPDX-License-Identifier: MIT
#include "schema/concurrently.hpp"

#include <doctest/doctest.h>

using namespace rowbot::schema;

namespace
{

/// `kind index table partition`, `-` for what there is none of; empty where it is no such
/// statement.
std::string read(std::string_view sql)
{
    auto const found = concurrently(sql);
    if (!found) return {};
    constexpr char const* kinds[] = {"create", "drop", "reindex", "reindex all", "detach"};
    std::string text = kinds[static_cast<int>(found->kind)];
    for (auto const& name : {found->index, found->table, found->partition})
        text += " " + name.value_or("-");
    return text + (found->if_not_exists ? " if not exists" : "");
}

} // namespace

TEST_CASE("an index made CONCURRENTLY has a name and a table, as written")
{
    CHECK(read("create index concurrently a on b (c)") == "create a b -");
    CHECK(read("CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS \"My \"\"Index\"\"\" ON ONLY S . "
               "\"T\" using btree (c)") == "create \"My \"\"Index\"\"\" S.\"T\" - if not exists");
    CHECK(read("create index/**/concurrently--\non b (c)") == "create - b -");
    CHECK(read("create index concurrently U&\"\\0061\" on b (c)") == "create - b -");
    CHECK(read("create index concurrently \"a&\"\"\" on b (c)") == "create \"a&\"\"\" b -");
    CHECK(read("create index concurrently if not exists") == "create - - - if not exists");
}

TEST_CASE("others that run CONCURRENTLY are known")
{
    CHECK(read("drop index concurrently if exists a.b cascade") == "drop a.b - -");
    CHECK(read("reindex index concurrently a") == "reindex a - -");
    CHECK(read("reindex (verbose, concurrently) index a") == "reindex a - -");
    CHECK(read("reindex (concurrently on, tablespace b) table public.a") ==
          "reindex all - public.a -");
    CHECK(read("reindex table concurrently a") == "reindex all - a -");
    CHECK(read("reindex schema concurrently a") == "reindex all - - -");
    CHECK(read("alter table if exists only a.b detach partition c concurrently") ==
          "detach - a.b c");
}

TEST_CASE("others are not")
{
    for (auto const sql :
         {"", "create index a on b (c)", "create table concurrently ()", "drop index a",
          "reindex index a", "reindex (concurrently false) index a",
          "refresh materialized view concurrently a", "alter table a detach partition b finalize",
          "alter table a add b int", "select 'create index concurrently a on b (c)'",
          "create index \"concurrently\" on b (c)", "reindex (", "alter table", "drop"})
        CHECK(read(sql) == "");
}

TEST_CASE("a statement of a file is asked")
{
    CHECK(is_concurrently(split("-- a\ndrop index concurrently a;").at(0)));
    CHECK_FALSE(is_concurrently(split("select 1").at(0)));
}
