// SPDX-License-Identifier: MIT
#pragma once

// The registrations that the benchmark's daemon and its domain objects share.

#include <rowbot/table.hpp>

namespace bench
{

/// JSON text in `content` becomes jsonb in `content2`, under the name `content-to-jsonb`.
rowbot::Table document_table(std::string const& name = "document");

/// Short columns, each lower-cased and trimmed by an upgrade of its own: the first `upgrades` of
/// five.
rowbot::Table person_table(std::size_t upgrades);

} // namespace bench
