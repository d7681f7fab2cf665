// SPDX-License-Identifier: MIT
// The sample application of the quickstart: its three upgrades, and how it reads dictd's files.

#include "article_table.hpp"
#include "dictd.hpp"

#include <rowbot/testing.hpp>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using rowbot::Json;

namespace
{

rowbot::testing::TableUnderTest const& articles()
{
    static rowbot::testing::TableUnderTest const tested(dictionary::article_table(),
                                                        {{"id", "bigint"},
                                                         {"content", "text"},
                                                         {"status", "text"},
                                                         {"content2", "jsonb"},
                                                         {"sources", "text[]"}});
    return tested;
}

/// The article as its readers see it.
rowbot::Row upgraded(std::string const& content, std::string const& status = "live")
{
    return articles().upgraded({{"id", "42"}, {"content", content}, {"status", status}});
}

Json blocks(std::string const& content)
{
    return upgraded(content).get<Json>("content2");
}

std::vector<std::string> sources(std::string const& content)
{
    return upgraded(content).get<std::vector<std::string>>("sources");
}

} // namespace

TEST_CASE("the dictionary's upgrades follow from the row alone")
{
    CHECK_NOTHROW(articles().check({{{"content", "{Row} [PJC]"}, {"status", "limbo"}},
                                    {{"content", ""}, {"status", "live"}},
                                    {{"content", "See {Bot}."}, {"status", "dead"}}}));
}

TEST_CASE("a status that nobody knows becomes dead")
{
    CHECK(upgraded("", "limbo").get<std::string>("status") == "dead");
    CHECK(upgraded("", "").get<std::string>("status") == "dead");
    CHECK(upgraded("", "dead").get<std::string>("status") == "dead");
    CHECK(upgraded("", "live").get<std::string>("status") == "live");
}

TEST_CASE("braces in an article become links")
{
    CHECK(blocks("See {Column}, or {man\n   apes}.") ==
          Json::parse(R"([{"text": "See "}, {"text": "Column", "link": "Column"},
                          {"text": ", or "}, {"text": "man\n   apes", "link": "man apes"},
                          {"text": "."}])"));
    CHECK(blocks("") == Json::array());
    CHECK(blocks("{Row}") == Json::parse(R"([{"text": "Row", "link": "Row"}])"));
}

TEST_CASE("a brace that is not closed is text")
{
    CHECK(blocks("{wide ; {broad}") ==
          Json::parse(R"([{"text": "{wide ; "}, {"text": "broad", "link": "broad"}])"));
    CHECK(blocks("a } b {") == Json::parse(R"([{"text": "a } b {"}])"));
    CHECK(blocks("{}, { }") == Json::parse(R"([{"text": "{}, { }"}])"));
}

TEST_CASE("tags name each source of an article once, in the order of the text")
{
    using Names = std::vector<std::string>;
    CHECK(sources("One.\n[PJC]\nTwo.\n[1913 Webster +PJC]") == Names{"PJC", "1913 Webster"});
    CHECK(sources("[Webster 1913\n   Suppl.]") == Names{"Webster 1913 Suppl."});
    CHECK(sources("No tag, [Obs.] (l[i^]m\"b[-o]) [see [PJC] [1913 Webster") == Names{"PJC"});
    CHECK(sources("[1913 Webster + Somebody]") == Names{});
}

TEST_CASE("an index line of dictd gives the place of an article")
{
    auto const line = dictionary::parse_index_line("1-heptanecarboxylic acid\tBchrk\tTO");
    REQUIRE(line);
    CHECK(line->headword == "1-heptanecarboxylic acid");
    CHECK(line->offset == 1 * 16777216 + 28 * 262144 + 33 * 4096 + 43 * 64 + 36);
    CHECK(line->length == 19 * 64 + 14);
    CHECK_FALSE(dictionary::parse_index_line("00-database-info\tKj\tuk"));
    CHECK_THROWS(dictionary::parse_index_line("word\tA"));
    CHECK_THROWS(dictionary::parse_index_line("word\tA\t="));
}

TEST_CASE("bytes that are no UTF-8 are replaced, each by one character")
{
    CHECK_FALSE(dictionary::repaired_utf8("caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80"));
    CHECK(dictionary::repaired_utf8("caf\xE9.") == "caf\xEF\xBF\xBD.");
    CHECK(dictionary::repaired_utf8("\xC3") == "\xEF\xBF\xBD");
    CHECK(dictionary::repaired_utf8("\xC0\x80") == "\xEF\xBF\xBD\xEF\xBF\xBD");
    CHECK(dictionary::repaired_utf8("\xED\xA0\x80")->size() == 9); // a surrogate
}
