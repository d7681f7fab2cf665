// SPDX-License-Identifier: MIT
#include "on_one_line.hpp"
#include "upgrades.hpp"

#include <nlohmann/json.hpp>

namespace dictionary
{

// Which rows are wrong: all. An article was one text in which `{braces}` mark cross references, and
// every reader took them apart again in a way of its own. Since when: from the first import on. How
// that was learnt: links across a line break led nowhere on the web page; and hundreds of rows have
// a brace that is opened and never closed, after which one reader showed nothing. Such a brace is
// text. The `text` of all blocks, put together, is the old content without the braces of the links.
rowbot::Patch content_to_blocks(rowbot::Row const& article)
{
    auto const content = article.get<std::string>("content");
    auto blocks = rowbot::Json::array();
    std::string text;
    auto const end_text = [&] {
        if (!text.empty())
            blocks.push_back(rowbot::Json::object({{"text", std::exchange(text, {})}}));
    };

    std::string_view rest = content;
    while (!rest.empty()) {
        auto const open = rest.find('{');
        text += rest.substr(0, open);
        if (open == rest.npos) break;
        rest.remove_prefix(open + 1);

        auto const close = rest.find_first_of("{}");
        auto const target = close == rest.npos ? "" : on_one_line(rest.substr(0, close));
        if (target.empty() || rest[close] == '{') {
            text += '{';
            continue;
        }
        end_text();
        blocks.push_back(rowbot::Json::object({{"text", rest.substr(0, close)}, {"link", target}}));
        rest.remove_prefix(close + 1);
    }
    end_text();
    return {{"content2", blocks}};
}

} // namespace dictionary
