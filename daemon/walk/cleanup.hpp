// SPDX-License-Identifier: MIT
#pragma once

#include "walk/pipeline.hpp"

namespace rowbot
{

/// Takes names out of `applied_upgrades` in one leaf, range by range, at most `most_rows` rows a
/// transaction. `record` and `halt` as in RowWriter and Pipeline. Returns the rows written.
std::int64_t clean_leaf(Session& session, Leaf const& leaf, std::vector<std::string> const& names,
                        std::int64_t most_rows, RowWriter::Record const& record,
                        Pipeline::Halt const& halt);

} // namespace rowbot
