// SPDX-License-Identifier: MIT
#include "migrators.hpp"

#include <algorithm>
#include <csignal>

void Migrators::write(int id, std::string const& sql) const
{
    auto const number = std::to_string(id);
    folder_.write(number + "_x" + number + ".sql", sql);
}

void Migrators::start()
{
    for (int i = 0; i < 10; ++i) programs_.push_back(one());
}

void Migrators::freeze()
{
    auto const owner = db_.value("SELECT owner FROM rowbot.migration_lock");
    auto const found = std::find_if(programs_.begin(), programs_.end(), [&](auto const& program) {
        return owner.ends_with(" pid " + std::to_string(program->pid()));
    });
    REQUIRE(found != programs_.end());
    migrating_ = &*found;
    (*migrating_)->send(SIGSTOP);
}

void Migrators::kill()
{
    REQUIRE(migrating_ != nullptr);
    (*migrating_)->send(SIGKILL);
    CHECK((*migrating_)->exit_code() == 128 + SIGKILL);
    *migrating_ = one();
    migrating_ = nullptr;
}

std::string Migrators::failures()
{
    std::string text;
    for (auto const& program : programs_)
        if (auto const code = program->exit_code(); code != 0)
            text += std::to_string(code) + ": " + program->said();
    return text;
}

std::unique_ptr<ChildProcess> Migrators::one() const
{
    return std::make_unique<ChildProcess>(
        std::vector<std::string>{ROWBOT, "migrate", "up", "--database", pool_.url(), "--direct-url",
                                 db_.url(), "--migrations", folder_.path(), "--lease", "1s",
                                 "--lock-wait", "10m", "--lock-timeout", "0"});
}
