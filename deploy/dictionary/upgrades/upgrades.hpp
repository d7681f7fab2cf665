// SPDX-License-Identifier: MIT
#pragma once

// The upgrades of the table `article`: one function and one file each. A finished one goes with its
// file; its name stays behind in the cleanups of article_table.cpp.

#include <rowbot/patch.hpp>

namespace dictionary
{

/// status: "limbo", "" and other slips become "dead".
rowbot::Patch fix_bad_statuses(rowbot::Row const& article);

/// content (text) into content2: a list of blocks of text, some of which are links.
rowbot::Patch content_to_blocks(rowbot::Row const& article);

/// The source tags in content, as `[1913 Webster +PJC]`, into sources: `{1913 Webster,PJC}`.
rowbot::Patch sources_from_tags(rowbot::Row const& article);

} // namespace dictionary
