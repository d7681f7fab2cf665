// SPDX-License-Identifier: MIT
#pragma once

// Whether a service may answer: not before its database is up to date. A service starts, answers
// 503 with these reasons, and serves from the moment that check() says ready.

#include <rowbot/migrate.hpp>

#include <memory>

namespace rowbot
{

enum class ReadyWhen : char {
    migrated, ///< Every migration is applied.
    upgraded ///< And every upgrade has once been proved complete. Not for a rolling deploy: the new
             ///< processes would wait for rows that only a daemon of the new commit upgrades.
};

struct ReadinessReport {
    bool ready = false;
    std::vector<std::string> reasons{}; ///< Why not, for people; empty when ready.
    bool reachable =
        true; ///< False: the database could not be asked; nobody knows what is applied.
};

class Readiness
{
public:
    /// `options` name the database and the migrations as for migrate(). Nothing connects yet.
    /// Throws ConfigError for files that do not fit.
    explicit Readiness(MigrateOptions options, ReadyWhen when = ReadyWhen::migrated);
    ~Readiness();

    /// Any thread. Asks the database at most once a second and never waits for it longer than
    /// connecting takes; once ready it stays ready and asks nothing. Throws nothing: a database
    /// that cannot be reached is a reason.
    ReadinessReport check();

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace rowbot
