// SPDX-License-Identifier: MIT
#include "on_one_line.hpp"
#include "upgrades.hpp"

#include <algorithm>
#include <array>

namespace dictionary
{
namespace
{

/// Brackets serve other ends too, as [Obs.] and the vowels of a pronunciation: `[imac]`.
constexpr std::array<std::string_view, 8> known_sources = {"1913 Webster",
                                                           "Webster 1913 Suppl.",
                                                           "WordNet 1.5",
                                                           "WordNet 1.6",
                                                           "Century Dict. 1906",
                                                           "PJC",
                                                           "RDH",
                                                           "AS"};

/// The sources that the inside of a pair of brackets names, as `1913 Webster +PJC`; none if any
/// part of it is something else.
std::vector<std::string> sources_in(std::string_view tag)
{
    std::vector<std::string> sources;
    while (true) {
        auto const plus = tag.find('+');
        auto part = on_one_line(tag.substr(0, plus));
        if (std::ranges::find(known_sources, part) == known_sources.end()) return {};
        sources.push_back(std::move(part));
        if (plus == tag.npos) return sources;
        tag.remove_prefix(plus + 1);
    }
}

} // namespace

// Which rows are wrong: all. Where an article comes from stood in its text, as `[1913 Webster]` or
// `[WordNet 1.5 +PJC]` after each paragraph, so that nobody could ask for the articles of one
// source. Since when: from the first import on. How that was learnt: a licence question about
// WordNet took a day of regular expressions. The tags stay in the text, where they tell which
// paragraph is whose.
rowbot::Patch sources_from_tags(rowbot::Row const& article)
{
    auto const content = article.get<std::string>("content");
    std::vector<std::string> sources; // in the order of the text, each once
    for (auto open = content.find('['); open != content.npos; open = content.find('[', open + 1)) {
        auto const close = content.find_first_of("[]", open + 1);
        if (close == content.npos) break;
        if (content[close] == '[') continue;
        auto const tag = std::string_view(content).substr(open + 1, close - open - 1);
        for (auto& source : sources_in(tag))
            if (std::ranges::find(sources, source) == sources.end())
                sources.push_back(std::move(source));
    }
    return {{"sources", sources}};
}

} // namespace dictionary
