// SPDX-License-Identifier: MIT
#include "article_table.hpp"

#include "upgrades/upgrades.hpp"

namespace dictionary
{

rowbot::Table article_table()
{
    return {
        .name = "article",
        .upgrades =
            {
                {.name = "fix-bad-statuses",
                 .apply = fix_bad_statuses,
                 .reads = {"status"},
                 .writes = {"status"}},
                {.name = "content-to-blocks",
                 .apply = content_to_blocks,
                 .reads = {"content"},
                 .writes = {"content2"}},
                {.name = "sources-from-tags",
                 .apply = sources_from_tags,
                 .reads = {"content"},
                 .writes = {"sources"}},
            },
    };
}

} // namespace dictionary
