// SPDX-License-Identifier: MIT
#include "../article_table.hpp"

#include <rowbot/repository.hpp>

#include <iostream>
#include <pqxx/pqxx>

struct Article {
    explicit Article(rowbot::EffectiveRow r) : effective(std::move(r)) {}
    rowbot::EffectiveRow& row() { return effective; }
    rowbot::EffectiveRow effective;
};

int main(int, char* argv[])
{
    rowbot::Repository<Article> const articles{article_table()};
    pqxx::connection connection{argv[1]};
    pqxx::work tx{connection};
    char const* separator = "";
    for (auto const& article : articles.read(tx, "SELECT * FROM article ORDER BY id")) {
        std::cout << separator << article.effective.get<std::string>("status");
        separator = " ";
    }
    std::cout << '\n';
}
