// SPDX-License-Identifier: MIT
#include "upgrades.hpp"

namespace dictionary
{

// Which rows are wrong: about one in twenty has a status other than "live" and "dead", namely
// "limbo" or none at all. Since when: from the first import on; the importer (load_dictionary.cpp)
// invented them for articles that it was unsure of. How that was learnt: `SELECT status, count(*)
// FROM article GROUP BY 1`, after the page of withdrawn articles had missed some. Readers have
// always hidden whatever was not "live", so "dead" is what these rows have meant all along.
rowbot::Patch fix_bad_statuses(rowbot::Row const& article)
{
    auto const status = article.get<std::string>("status");
    if (status == "live" || status == "dead") return {};
    return {{"status", "dead"}};
}

} // namespace dictionary
