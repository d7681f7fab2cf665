// SPDX-License-Identifier: MIT

// What becomes of ../article_table.cpp in the release after: the upgrades are done, their files are
// deleted, and the daemon takes their names out of the rows.

#include "article_table.hpp"

namespace dictionary
{

rowbot::Table article_table()
{
    return {
        .name = "article",
        .cleanups = {"fix-bad-statuses", "content-to-blocks", "sources-from-tags"},
    };
}

} // namespace dictionary
