// SPDX-License-Identifier: MIT
#pragma once

// A table of settings that an application keeps in its database: rowbot.setting, key and JSON
// value, which may as well be read and written by SQL. The schema's version stands there too,
// `schema_version/public.migrations`, derived from the migrations table at each migration.

#include <rowbot/errors.hpp>

#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <optional>

namespace rowbot
{

class Settings
{
public:
    /// A libpq connection string or URL; what it leaves out comes from PG* variables. Connects at
    /// the first call, and again after an error of the connection. For one thread at a time.
    explicit Settings(std::string connection);
    ~Settings();
    Settings(Settings&&) noexcept;
    Settings& operator=(Settings&&) noexcept;

    /// None where the key was never set. Throws libpqxx's exceptions, as all of these.
    std::optional<nlohmann::json> get(std::string const& key);
    /// Keys of Rowbot (`state_version`, `schema_version/…`) are refused with ConfigError, because
    /// others rely on them.
    void set(std::string const& key, nlohmann::json const& value);
    /// False where there was none.
    bool erase(std::string const& key);

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace rowbot
