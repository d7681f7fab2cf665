// SPDX-License-Identifier: MIT
#include "sample_shape.hpp"

#include <doctest/doctest.h>

using namespace rowbot;
using namespace rowbot::detail;
using sample::column;

namespace
{

sample::CatalogueColumn keeping_no_text(char const* name, char const* type)
{
    return {.name = name, .type = type, .kind = "other", .storing_keeps = false};
}

Upgrade upgrade(char const* name, NameList reads, NameList writes)
{
    return {.name = name,
            .apply = [](Row const&) { return Patch{}; },
            .reads = reads,
            .writes = writes};
}

/// What is wrong with the upgrades of a table that has these columns and the key id.
std::string wrong(std::vector<sample::CatalogueColumn> columns, std::vector<Upgrade> upgrades)
{
    columns.insert(columns.begin(), column("id"));
    Table const table{.name = "article", .upgrades = std::move(upgrades)};
    try {
        fit(table,
            make_shape(table, sample::catalogue(std::move(columns)), sample::primary_key_id));
    } catch (ConfigError const& e) {
        return e.what();
    }
    return "";
}

} // namespace

TEST_CASE("fit() names the key of the table")
{
    Table const table{.name = "article"};
    auto const shape = make_shape(table, sample::catalogue({column("id")}), sample::primary_key_id);
    CHECK(fit(table, shape).key.contains("id"));
}

TEST_CASE("a misspelt column is an error at start")
{
    CHECK(wrong({column("status")}, {upgrade("a", {"stauts"}, {"status"})}) ==
          "article: upgrade 'a' names the column 'stauts', which the table does not have; correct "
          "its spelling, or add the column first");
    CHECK(wrong({column("status")}, {upgrade("a", {"status"}, {"stauts"})}) != "");
    CHECK(wrong({column("status")}, {upgrade("a", {"status"}, {"status"})}) == "");
}

TEST_CASE("only PostgreSQL writes generated and identity columns, and nobody the key")
{
    sample::CatalogueColumn const total{.name = "total", .generated = true, .generated_from = "id"};
    sample::CatalogueColumn const serial{.name = "serial", .identity_always = true};
    CHECK(wrong({total}, {upgrade("a", {"id"}, {"total"})}) ==
          "article: upgrade 'a' writes 'total', which only PostgreSQL itself may write (GENERATED "
          "ALWAYS); write the columns that it is made from");
    CHECK(wrong({serial}, {upgrade("a", {"id"}, {"serial"})}) != "");
    CHECK(wrong({total, serial}, {upgrade("a", {}, {})}) == "");
    CHECK(wrong({}, {upgrade("a", {}, {"id"})}) ==
          "article: upgrade 'a' writes the key column 'id'; a key cannot be changed by an upgrade");
}

TEST_CASE("an upgrade reads what an earlier one wrote only where storing cannot change it")
{
    auto const price = keeping_no_text("price", "numeric(6,2)");
    CHECK(wrong({price}, {upgrade("a", {"id"}, {"price"}), upgrade("b", {"price"}, {"price"})}) ==
          "article: upgrade 'b' reads 'price', which 'a' may write before, and storing a value of "
          "type numeric(6,2) may change it (boolean, integers, double precision, text and jsonb "
          "keep theirs); put it before 'a', or declare reads and writes that do not meet");
    CHECK(wrong({price}, {upgrade("b", {"price"}, {"price"}), upgrade("a", {"id"}, {"price"})}) ==
          "");
    CHECK(wrong({column("status")},
                {upgrade("a", {"id"}, {"status"}), upgrade("b", {"status"}, {"status"})}) == "");
    // Without lists, every column is read and written.
    CHECK(wrong({price}, {upgrade("a", {}, {}), upgrade("b", {"price"}, {})}) != "");
    CHECK(wrong({price}, {upgrade("a", {}, {}), upgrade("b", {"id"}, {})}) == "");
}

TEST_CASE("an upgrade does not read a column that is generated from what an earlier one wrote")
{
    sample::CatalogueColumn const total{
        .name = "total", .generated = true, .generated_from = "(net * 2)"};
    CHECK(wrong({column("net"), total},
                {upgrade("a", {"id"}, {"net"}), upgrade("b", {"total"}, {"id2"})}) != "");
    CHECK(wrong({column("net"), column("x"), total},
                {upgrade("a", {"id"}, {"net"}), upgrade("b", {"total"}, {"x"})}) ==
          "article: upgrade 'b' reads the generated column 'total', which follows 'net' that 'a' "
          "may write before; put it before 'a', or declare reads and writes that do not meet");
    CHECK(wrong({column("x"), total},
                {upgrade("a", {"id"}, {"x"}), upgrade("b", {"total"}, {"x"})}) == "");
    sample::CatalogueColumn const odd{
        .name = "odd", .generated = true, .generated_from = R"(lower("we""ird"))"};
    CHECK(wrong({column("we\"ird"), odd},
                {upgrade("a", {"id"}, {"we\"ird"}), upgrade("b", {"odd"}, {"we\"ird"})}) != "");
}

TEST_CASE("a column whose text depends on search_path is not read")
{
    sample::CatalogueColumn const owner{
        .name = "owner", .type = "regrole", .kind = "other", .object_name = true};
    CHECK(wrong({owner}, {upgrade("a", {"owner"}, {"id2"})}) != "");
    CHECK(wrong({owner, column("x")}, {upgrade("a", {}, {"x"})}) ==
          "article: upgrade 'a' reads 'owner' of type regrole, whose text depends on search_path; "
          "declare reads without it");
    CHECK(wrong({owner, column("x")}, {upgrade("a", {"x"}, {"x"})}) == "");
}
