// SPDX-License-Identifier: MIT
#pragma once

// `rowbot migrate …` over a database and a folder, in a child process.

#include "migrations_folder.hpp"
#include "program.hpp"

#include <algorithm>

/// The arguments of a command (`up`, `--to`, `2`) that waits for nobody, unless they say how long.
inline std::vector<std::string> migrate_arguments(TemporaryDatabase const& db,
                                                  MigrationsFolder const& folder,
                                                  std::vector<std::string> arguments)
{
    arguments.insert(arguments.begin(), "migrate");
    arguments.insert(arguments.end(),
                     {"--database", db.url(), "--migrations", folder.path().string()});
    for (auto const* const limit : {"--connect-wait", "--lock-wait"})
        if (std::find(arguments.begin(), arguments.end(), limit) == arguments.end())
            arguments.insert(arguments.end(), {limit, "0"});
    return arguments;
}

inline Ended run_migrate(TemporaryDatabase const& db, MigrationsFolder const& folder,
                         std::vector<std::string> arguments)
{
    return run_program(migrate_arguments(db, folder, std::move(arguments)));
}

/// `code|out|err`: all that a caller sees.
inline std::string seen(Ended const& ended)
{
    return std::to_string(ended.code) + "|" + ended.out + "|" + ended.err;
}

/// A folder with a table `t`, and a second migration that fails at line 2, column 13.
inline void write_failing(MigrationsFolder const& folder)
{
    folder.write("1_t.sql", "CREATE TABLE t (x int)");
    folder.write("2_bad.sql", "INSERT INTO t VALUES (1);\nINSERT INTO nowhere VALUES (2);\n");
}
