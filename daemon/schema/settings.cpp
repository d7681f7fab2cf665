// SPDX-License-Identifier: MIT
#include <rowbot/settings.hpp>

#include "store/state_schema.hpp"

#include <nlohmann/json.hpp>

namespace rowbot
{

struct Settings::State {
    std::string connection;
    std::unique_ptr<Session> session{};

    template <class Action> auto with_session(Action action)
    {
        if (!session) {
            session = std::make_unique<Session>(connection, "rowbot settings");
            ensure_state_schema(*session);
        }
        try {
            Work work(*session, Purpose::durable);
            auto result = action(work);
            work.commit();
            return result;
        } catch (pqxx::broken_connection const&) {
            session.reset();
            throw;
        }
    }
};

namespace
{

void refuse_our_own(std::string const& key)
{
    if (key == "state_version" || key.starts_with("schema_version/"))
        throw ConfigError("the setting '" + key + "' is Rowbot's own; choose another key");
}

} // namespace

Settings::Settings(std::string connection)
    : state_(std::make_unique<State>(State{std::move(connection)}))
{
}
Settings::~Settings() = default;
Settings::Settings(Settings&&) noexcept = default;
Settings& Settings::operator=(Settings&&) noexcept = default;

std::optional<nlohmann::json> Settings::get(std::string const& key)
{
    return state_->with_session([&](Work& work) -> std::optional<nlohmann::json> {
        auto const found = work.exec("SELECT value FROM rowbot.setting WHERE key = $1", {key});
        if (found.empty()) return std::nullopt;
        return nlohmann::json::parse(found[0][0].c_str());
    });
}

void Settings::set(std::string const& key, nlohmann::json const& value)
{
    refuse_our_own(key);
    state_->with_session([&](Work& work) {
        return work.exec("INSERT INTO rowbot.setting (key, value) VALUES ($1, $2::jsonb) ON "
                         "CONFLICT (key) DO UPDATE SET value = excluded.value",
                         {key, value.dump()});
    });
}

bool Settings::erase(std::string const& key)
{
    refuse_our_own(key);
    return state_->with_session([&](Work& work) {
        return !work.exec("DELETE FROM rowbot.setting WHERE key = $1 RETURNING 1", {key}).empty();
    });
}

} // namespace rowbot
