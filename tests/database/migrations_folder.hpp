// SPDX-License-Identifier: MIT
#pragma once

// A folder of migrations that a test writes and changes, and what tests ask of a run of it.

#include "temporary_database.hpp"
#include "temporary_folder.hpp"

#include <rowbot/migrate.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <utility>

class MigrationsFolder : public TemporaryFolder
{
public:
    void remove(std::string const& file) const { std::filesystem::remove(path() / file); }
};

/// Waits for nobody; a test that wants to wait says so.
inline rowbot::MigrateOptions options_for(TemporaryDatabase const& db,
                                          MigrationsFolder const& folder)
{
    rowbot::MigrateOptions options;
    options.connection = db.url();
    options.directory = folder.path().string();
    options.connect_wait = options.lock_wait = std::chrono::milliseconds{0};
    return options;
}

/// `1_a.sql 2_b.sql`: what was applied.
inline std::string files_of(std::vector<rowbot::AppliedMigration> const& applied)
{
    std::string text;
    for (auto const& migration : applied) text += (text.empty() ? "" : " ") + migration.file;
    return text;
}

inline std::string run(TemporaryDatabase const& db, MigrationsFolder const& folder)
{
    return files_of(rowbot::migrate(options_for(db, folder)));
}

/// The error that an action throws; the test fails where it throws none.
template <class Thrown, class Action> Thrown thrown_by(Action action)
{
    try {
        action();
    } catch (Thrown const& e) {
        return e;
    }
    FAIL("nothing was thrown");
    throw std::logic_error("FAIL has not thrown");
}

inline bool says(std::exception const& error, std::string const& text)
{
    INFO(error.what());
    auto const found = std::string(error.what()).find(text) != std::string::npos;
    CHECK_MESSAGE(found, text);
    return found;
}

/// Keeps the warnings, and does something at the first wait.
class Listener : public rowbot::MigrationObserver
{
public:
    std::string warnings{}, waits{};
    std::function<void()> at_first_wait{};

    void warning(std::string const& text) override { warnings += text + "\n"; }
    void waiting(std::string const& why) override
    {
        waits += why + "\n";
        if (auto const action = std::exchange(at_first_wait, nullptr)) action();
    }
};

/// `id|name`, a row a line.
inline std::string recorded(TemporaryDatabase const& db)
{
    return db.rows("SELECT id, name FROM migrations ORDER BY id");
}

inline std::string exists(TemporaryDatabase const& db, std::string const& relation)
{
    return db.value("SELECT to_regclass('" + relation + "') IS NOT NULL");
}
