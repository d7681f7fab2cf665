// SPDX-License-Identifier: MIT
#include "sample_shape.hpp"

#include <doctest/doctest.h>

using namespace rowbot;
using namespace rowbot::detail;
using sample::catalogue;
using sample::column;
using sample::primary_key_id;

namespace
{

Table const article{.name = "article"};

/// What is wrong with a table as the catalogue shows it.
std::string wrong(TextRows const& columns, TextRows const& keys, NameList key = {})
{
    try {
        make_shape({.name = "article", .key = key}, columns, keys);
    } catch (ConfigError const& e) {
        return e.what();
    }
    return "";
}

} // namespace

TEST_CASE("a shape holds what the catalogue says")
{
    auto const shape =
        make_shape(article,
                   catalogue({{.name = "id", .type = "bigint", .kind = "integer"},
                              {.name = "tags",
                               .type = "character varying(8)[]",
                               .array = true,
                               .cast_type = "character varying[]"},
                              {.name = "box", .type = "box", .kind = "other", .delimiter = ";"},
                              {.name = "total", .generated = true, .generated_from = "(a + b)"},
                              {.name = "serial", .identity_always = true}}),
                   primary_key_id);
    CHECK(shape.qualified == "\"public\".\"article\"");
    CHECK(shape.size() == 6);
    CHECK((*shape.columns)[0].type.kind == TypeKind::integer);
    CHECK((*shape.columns)[1].type.array);
    CHECK(shape.details[1].cast_type == "character varying[]");
    CHECK((*shape.columns)[2].type.kind == TypeKind::other);
    CHECK((*shape.columns)[2].type.delimiter == ';');
    CHECK((*shape.columns)[3].generated_always);
    CHECK((*shape.columns)[4].generated_always);
    CHECK_FALSE((*shape.columns)[0].generated_always);
    CHECK(shape.key == std::vector<std::size_t>{0});
    CHECK(shape.applied_upgrades == 5);
    CHECK(shape.position("box") == 2);
    CHECK_THROWS_WITH_AS(shape.position("bax"), "\"public\".\"article\": there is no column 'bax'",
                         ConfigError);
    CHECK(shape.positions({"tags", "id"}) == std::vector<std::size_t>{1, 0});
}

TEST_CASE("a table that is missing says so")
{
    CHECK(wrong({}, {}) == "article: there is no such table; create it first, or name its schema");
}

TEST_CASE("applied_upgrades must be there, and be text[]")
{
    CHECK(wrong({sample::row_of(column("id"))}, primary_key_id) ==
          "article: the column applied_upgrades is missing; add it with: rowbot prepare 'article'");
    CHECK(wrong({sample::row_of(column("id")),
                 sample::row_of({.name = "applied_upgrades", .type = "jsonb"})},
                primary_key_id) ==
          "article: the column applied_upgrades is of type jsonb; Rowbot needs text[]: rename "
          "that column, then run: rowbot prepare 'article'");
}

TEST_CASE("the key is the primary key, or the unique key that the table names")
{
    auto const columns = catalogue({column("id"), column("lang"), column("slug")});
    TextRows const keys{{"t", "{id}"}, {"f", "{slug,lang}"}};
    CHECK(make_shape(article, columns, keys).key == std::vector<std::size_t>{0});
    CHECK(make_shape({.name = "article", .key = {"lang", "slug"}}, columns, keys).key ==
          std::vector<std::size_t>{2, 1});
    CHECK(wrong(columns, {{"f", "{slug,lang}"}}) ==
          "article: the table has no primary key; add one, or name the columns of a unique index, "
          "all NOT NULL, in Table::key");
    CHECK(wrong(columns, keys, {"slug"}) ==
          "article: the columns of Table::key have no unique index of their own, or one of them "
          "is not NOT NULL; create the index, or name another key");
}

TEST_CASE("identifiers and literals are quoted for SQL")
{
    CHECK(quote_identifier("Weird \"Table\"") == R"("Weird ""Table""")");
    CHECK(quote_literal("it's") == "'it''s'");
    CHECK(quote_literal(R"(\' OR 1)") == R"(E'\\'' OR 1')");
    std::vector<std::string> const names{"a", "b'c"};
    CHECK(name_array(names) == "ARRAY['a','b''c']::text[]");
    CHECK(name_array({}) == "ARRAY[]::text[]");
    CHECK(array_parameter({"a", "\"\\,}"}) == R"({"a","\"\\,}"})");
}

TEST_CASE("applied_upgrades may be NULL, and may hold NULL")
{
    CHECK(parse_names(std::nullopt).empty());
    CHECK(parse_names("{}").empty());
    CHECK(parse_names("{fix-bad-statuses,NULL,\"Odd Name\"}") ==
          std::vector<std::string>{"fix-bad-statuses", "Odd Name"});
}

TEST_CASE("a key is shown as one value, or as a list in brackets")
{
    std::vector<std::optional<std::string>> const one{"42"}, two{"7", std::nullopt};
    CHECK(key_text(one) == "42");
    CHECK(key_text(two) == "(7, NULL)");
}

TEST_CASE("the guard compares text, with a collation that calls nothing equal that differs")
{
    auto const shape = make_shape(
        article,
        catalogue({column("id"),
                   {.name = "flag", .type = "boolean", .kind = "boolean", .own_text_cast = true},
                   {.name = "mood", .type = "mood", .kind = "other", .input_through_array = true}}),
        primary_key_id);
    CHECK(unchanged(shape, 0, "o.v") == R"(t."id"::text COLLATE "C" IS NOT DISTINCT FROM o.v)");
    CHECK(unchanged(shape, 0, "o.h", true) ==
          R"(sha256(convert_to(t."id"::text, 'UTF8')) IS NOT DISTINCT FROM o.h)");
    CHECK(unchanged(shape, 1, "o.v") ==
          R"x(format('%L', t."flag") COLLATE "C" = format('%L', o.v))x");
    CHECK(assigned(shape, 0, "$1") == "$1::text");
    CHECK(
        assigned(shape, 2, "$1") ==
        R"x(((('{' || '"' || replace(replace($1, E'\\', E'\\\\'), '"', E'\\"') || '"}')::mood[])[1]))x");
    std::vector<std::string> const inputs{"$1"};
    CHECK(key_matches(shape, inputs) == R"(t."id" = $1::text)");
}
