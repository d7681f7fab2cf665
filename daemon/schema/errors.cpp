// SPDX-License-Identifier: MIT
#include <rowbot/migrate.hpp>

namespace rowbot
{

MigrationError::MigrationError(Where where, std::string const& what)
    : Error(what), where_(std::move(where))
{
}

} // namespace rowbot
