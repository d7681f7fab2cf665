// SPDX-License-Identifier: MIT
#include "article.hpp"

#include <nlohmann/json.hpp>

namespace dictionary
{

std::string Article::headline() const
{
    return row_.get<std::string>("headline");
}

bool Article::live() const
{
    return row_.get<std::string>("status") == "live";
}

std::vector<Block> Article::blocks() const
{
    std::vector<Block> blocks;
    auto const content = row_.get<rowbot::Json>("content2");
    for (auto const& stored : content) {
        Block block{stored.at("text").get<std::string>()};
        if (stored.contains("link")) block.link = stored["link"].get<std::string>();
        blocks.push_back(std::move(block));
    }
    return blocks;
}

std::vector<std::string> Article::sources() const
{
    return row_.get<std::vector<std::string>>("sources");
}

} // namespace dictionary
