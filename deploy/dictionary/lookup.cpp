// SPDX-License-Identifier: MIT

// lookup WORD: prints the articles of a word. Nothing in here asks whether a row has been upgraded.

#include "article.hpp"
#include "article_table.hpp"

#include <rowbot/repository.hpp>

#include <pqxx/pqxx>

#include <cstdlib>
#include <iostream>
#include <set>

namespace
{

void print_list(std::string_view title, auto const& words)
{
    for (auto first = true; auto const& word : words)
        std::cout << (std::exchange(first, false) ? title : ", ") << word;
    if (!words.empty()) std::cout << '\n';
}

void print(dictionary::Article const& article)
{
    std::cout << "== " << article.headline() << (article.live() ? "" : "  (withdrawn)") << '\n';
    std::string text;
    std::set<std::string> links;
    for (auto const& block : article.blocks()) {
        text += block.text;
        if (block.link) links.insert(*block.link);
    }
    std::cout << text << (text.ends_with('\n') ? "" : "\n");
    print_list("See also: ", links);
    print_list("Sources:  ", article.sources());
}

} // namespace

int main(int argc, char* argv[])
try {
    if (argc != 2 || std::string_view(argv[1]).starts_with("--")) {
        std::cerr
            << "usage: lookup WORD   (the database: DATABASE_URL, or PGHOST, PGDATABASE, …)\n";
        return 64;
    }
    rowbot::Repository<dictionary::Article> const articles{dictionary::article_table()};
    // NOLINTNEXTLINE(concurrency-mt-unsafe): there are no threads
    char const* const url = std::getenv("DATABASE_URL");
    pqxx::connection connection{url == nullptr ? "" : url};
    pqxx::work tx{connection};
    auto const found = articles.read(
        tx, "SELECT * FROM article WHERE lower(headline) = lower($1) ORDER BY id", argv[1]);
    for (auto const& article : found) print(article);
    if (found.empty()) std::cerr << "no article on '" << argv[1] << "'\n";
    return found.empty() ? 1 : 0;
} catch (pqxx::broken_connection const& e) {
    std::cerr << "lookup: " << e.what() << '\n';
    return 69;
} catch (std::exception const& e) {
    std::cerr << "lookup: " << e.what() << '\n';
    return 70;
}
