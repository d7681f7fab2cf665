// SPDX-License-Identifier: MIT
#include <rowbot/readiness.hpp>

#include "schema/inspection.hpp"
#include "store/password.hpp"
#include "store/state_schema.hpp"

#include <mutex>

namespace rowbot
{

using namespace schema;
using std::chrono::steady_clock;

struct Readiness::State {
    State(MigrateOptions o, ReadyWhen w) : options(std::move(o)), when(w) {}

    MigrateOptions options;
    ReadyWhen when;
    std::mutex mutex{};
    ReadinessReport last{};
    steady_clock::time_point next{};
    std::unique_ptr<Session> session{};

    std::vector<std::string> reasons();
};

namespace
{

void add_unproved(Session& session, std::vector<std::string>& reasons)
{
    if (!has_state_schema(session)) {
        reasons.emplace_back("no upgrade was ever registered in this database");
        return;
    }
    for (auto const& row : session.exec(
             "SELECT table_name || '/' || name FROM rowbot.upgrade WHERE proved_at IS NULL AND "
             "state NOT IN ('retired', 'cleaned') ORDER BY 1"))
        reasons.push_back(std::string("upgrade ") + row[0].c_str() + " is not complete");
}

} // namespace

std::vector<std::string> Readiness::State::reasons()
{
    if (!session) session = connect(options, "rowbot readiness");
    MigrationsTable const table(*session, options.schema, options.table);
    auto const found = inspect(*session, options, table);
    auto reasons = found.plan.errors;
    for (auto const& file : found.plan.pending)
        reasons.push_back("migration " + file.file + " is not applied");
    if (when == ReadyWhen::upgraded) add_unproved(*session, reasons);
    return reasons;
}

Readiness::Readiness(MigrateOptions options, ReadyWhen when)
    : state_(std::make_unique<State>(std::move(options), when))
{
    state_->options.connect_wait = std::chrono::milliseconds{0};
    state_->options.observer = nullptr;
    load(state_->options);
}

Readiness::~Readiness() = default;

ReadinessReport Readiness::check()
{
    std::lock_guard const lock(state_->mutex);
    auto& last = state_->last;
    if (last.ready || steady_clock::now() < state_->next) return last;
    last.reachable = true;
    try {
        last.reasons = state_->reasons();
        last.ready = last.reasons.empty();
    } catch (pqxx::failure const& e) {
        last.reasons = {"the database cannot be asked: " + without_password(message_of(e))};
        last.reachable = false;
        state_->session.reset();
    } catch (std::exception const& e) {
        last.reasons = {e.what()};
    }
    if (last.ready) state_->session.reset();
    state_->next = steady_clock::now() + std::chrono::seconds{1};
    return last;
}

} // namespace rowbot
