// SPDX-License-Identifier: MIT

// consumer DATABASE MIGRATIONS: what an application does with its schema when it starts.

#include <rowbot/migrate.hpp>
#include <rowbot/readiness.hpp>
#include <rowbot/settings.hpp>

#include <nlohmann/json.hpp>

#include <iostream>

int main(int, char* argv[])
{
    rowbot::MigrateOptions const options{.connection = argv[1], .directory = argv[2]};
    rowbot::Readiness readiness(options);
    for (auto const& reason : readiness.check().reasons) std::cout << reason << '\n';
    for (auto const& migration : rowbot::migrate(options)) std::cout << migration.file << '\n';
    std::cout << rowbot::Settings(options.connection)
                     .get("schema_version/public.migrations")
                     .value_or(nullptr)
              << '\n';
}
