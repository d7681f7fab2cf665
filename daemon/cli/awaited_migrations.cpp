// SPDX-License-Identifier: MIT
#include "cli/awaited_migrations.hpp"

#include "cli/migrate.hpp"

namespace rowbot::cli
{
namespace
{

bool is_pattern(std::string const& schema)
{
    return schema.find('%') != std::string::npos;
}

std::string quoted(std::string const& name)
{
    constexpr auto plain = "abcdefghijklmnopqrstuvwxyz_0123456789";
    if (!name.empty() && name.find_first_not_of(plain) == std::string::npos &&
        !(name[0] >= '0' && name[0] <= '9'))
        return name;
    std::string out = "\"";
    for (char const c : name) out += c == '"' ? "\"\"" : std::string(1, c);
    return out + "\"";
}

/// `given`: --migrations-table.
void check_agreement(std::string const& given, MigrateOptions const& found,
                     MigrateOptions const& migrate)
{
    auto const refuse = [&](std::string const& option, std::string const& value) {
        throw ConfigError("--migrations-table " + given + " and " + option + " " + value +
                          " name two tables, and run waits for the migrations of one; leave "
                          "--migrations-table out");
    };
    bool const has_table = migrate.table != MigrateOptions{}.table;
    if (has_table && found.table != migrate.table) refuse("--table", migrate.table);
    bool const has_schema = !migrate.schema.empty() && !is_pattern(migrate.schema);
    if (has_schema && found.schema != migrate.schema) refuse("--schema", migrate.schema);
}

} // namespace

std::string migrations_table(MigrateOptions const& options)
{
    bool const has_schema = !options.schema.empty() && !is_pattern(options.schema);
    return (has_schema ? quoted(options.schema) + "." : "") + quoted(options.table);
}

std::optional<MigrateOptions> awaited_migrations(CommandLine const& line, Program const& program)
{
    if (line.migrate.directory.empty() && program.migrations.empty()) return std::nullopt;
    auto options = migrate_options(line, program.migrations);
    auto const& given = line.worker.migrations_table;
    if (given != migrations_table(line.migrate)) {
        options.table = given;
        if (auto const dot = given.find('.'); dot != std::string::npos) {
            options.schema = given.substr(0, dot);
            options.table.erase(0, dot + 1);
        }
        check_agreement(given, options, line.migrate);
    }
    if (is_pattern(options.schema))
        throw ConfigError("--schema " + options.schema +
                          " is a pattern, and run waits for the migrations of one schema; name "
                          "its table: --migrations-table SCHEMA.TABLE");
    return options;
}

} // namespace rowbot::cli
