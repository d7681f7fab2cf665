// SPDX-License-Identifier: MIT
#include <rowbot/errors.hpp>

#include <utility>

namespace rowbot
{

RowError::RowError(std::string table, std::string key, std::string column, std::string const& what)
    : Error(table + " " + key + ": column '" + column + "' " + what), table_(std::move(table)),
      key_(std::move(key)), column_(std::move(column))
{
}

UpgradeError::UpgradeError(std::string table, std::string key, std::string upgrade,
                           std::string const& what)
    : Error(table + " " + key + ": upgrade '" + upgrade + "': " + what), table_(std::move(table)),
      key_(std::move(key)), upgrade_(std::move(upgrade))
{
}

ConflictError::ConflictError(std::string table, std::string key)
    : Error(table + " " + key +
            ": changed by somebody else since it was read, nothing was written; read it again"),
      table_(std::move(table)), key_(std::move(key))
{
}

} // namespace rowbot
