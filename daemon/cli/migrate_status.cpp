// SPDX-License-Identifier: MIT
#include "cli/migrate.hpp"
#include "cli/stop_signals.hpp"
#include "cli/terminal_text.hpp"
#include "schema/fence.hpp"
#include "schema/inspection.hpp"
#include "schema/migration_lock.hpp"
#include "store/state_schema.hpp"

#include <nlohmann/json.hpp>

#include <sstream>

namespace rowbot::cli
{
namespace
{

struct Looked {
    std::string table{};
    schema::Inspection found{};
    std::string holder{};  ///< Who migrates now; empty: nobody.
    std::string failure{}; ///< The last one, as long as it keeps the same files from being run.
};

Looked look(MigrateOptions const& options)
{
    auto const session = schema::connect(options, "rowbot migrate");
    schema::MigrationsTable const table(*session, options.schema, options.table);
    Looked looked{table.name(), schema::inspect(*session, options, table), {}, {}};
    if (!has_state_schema(*session)) return looked;
    looked.holder = schema::lock_holder(*session, table.name());
    try {
        schema::check_fence(*session, table.name(), looked.found.plan.pending);
    } catch (MigrationError const& e) {
        looked.failure = e.what();
    }
    return looked;
}

Json to_json(Looked const& looked)
{
    Json json{{"table", looked.table},
              {"applied", looked.found.plan.applied},
              {"migrations", Json::array()},
              {"errors", looked.found.plan.errors},
              {"warnings", looked.found.plan.warnings},
              {"holder", looked.holder.empty() ? Json() : Json(looked.holder)},
              {"failure", looked.failure.empty() ? Json() : Json(looked.failure)}};
    for (auto const& file : looked.found.files) {
        Json requirements = Json::array();
        for (auto const& needed : file.requirements)
            requirements.push_back(needed.table + "/" + needed.upgrade);
        json["migrations"].push_back({{"id", file.id},
                                      {"file", file.file},
                                      {"applied", file.id <= looked.found.plan.applied},
                                      {"requires", requirements}});
    }
    return json;
}

void print(Looked const& looked, std::ostream& out)
{
    auto const& plan = looked.found.plan;
    out << printable(looked.table) << ": " << plan.applied << " of " << looked.found.files.size()
        << " migrations are applied\n";
    for (auto const& file : looked.found.files) {
        if (file.id <= plan.applied) continue;
        out << "  to be applied: " << printable(file.file);
        for (auto const& needed : file.requirements)
            out << "  (requires " << printable(needed.table + "/" + needed.upgrade) << ")";
        out << '\n';
    }
    for (auto const& error : plan.errors) out << "  error: " << printable(error) << '\n';
    for (auto const& warning : plan.warnings) out << "  warning: " << printable(warning) << '\n';
    std::istringstream failure(looked.failure); // with an excerpt of the file
    char const* indent = "  failed: ";
    for (std::string line; std::getline(failure, line); indent = "    ")
        out << indent << printable(line) << '\n';
    if (!looked.holder.empty()) out << "  migrating now: " << printable(looked.holder) << '\n';
}

bool up_to_date(Looked const& looked)
{
    return looked.found.plan.errors.empty() &&
           looked.found.plan.applied >= static_cast<int>(looked.found.files.size());
}

/// Why the database is not up to date; empty: it is.
std::string what_is_missing(MigrateOptions const& options)
{
    try {
        auto const looked = look(options);
        if (up_to_date(looked)) return "";
        auto const& plan = looked.found.plan;
        if (!plan.errors.empty()) return plan.errors.front();
        auto const pending = static_cast<int>(looked.found.files.size()) - plan.applied;
        return std::to_string(pending) + " migrations are still to be applied";
    } catch (pqxx::broken_connection const& e) {
        return "the database cannot be reached: " + message_of(e);
    }
}

} // namespace

ExitCode migrate_status(CommandLine const& line, Program const& program, std::ostream& out)
{
    return for_each_schema(
        line, migrate_options(line, program.migrations), [&](MigrateOptions const& options) {
            auto const looked = look(options);
            if (line.json)
                out << to_json(looked).dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
            else
                print(looked, out);
            return line.exit_code && !up_to_date(looked) ? ExitCode::not_yet : ExitCode::done;
        });
}

ExitCode migrate_verify(CommandLine const& line, Program const& program, std::ostream& out)
{
    return for_each_schema(line, migrate_options(line, program.migrations),
                           [&](MigrateOptions const& options) {
                               auto const looked = look(options);
                               for (auto const& warning : looked.found.plan.warnings)
                                   out << "warning: " << printable(warning) << '\n';
                               for (auto const& error : looked.found.plan.errors)
                                   out << printable(error) << '\n';
                               if (!looked.found.plan.errors.empty()) return ExitCode::failed;
                               schema::check_pending(looked.found);
                               out << printable(looked.table) << ": " << looked.found.files.size()
                                   << " files, those that are applied are unchanged\n";
                               return ExitCode::done;
                           });
}

ExitCode migrate_wait(CommandLine const& line, Program const& program, std::ostream& out)
{
    using namespace std::chrono_literals;
    StopSignals signals;
    auto const limit = line.migrate.timeout;
    auto const end = Clock::system().now() + limit;
    return for_each_schema(
        line, migrate_options(line, program.migrations), [&](MigrateOptions options) {
            options.connect_wait = 0ms; // the loop below waits, and hears signals
            std::string told;
            for (;; Clock::system().wait(500ms, signals.token())) {
                if (signals.token().stop_requested()) return ExitCode::not_yet;
                auto const why = what_is_missing(options);
                if (why.empty()) break;
                if (limit.count() != 0 && Clock::system().now() >= end)
                    throw NotYetError("after --timeout, " + why);
                if (why != told) options.observer->waiting(why);
                told = why;
            }
            out << "up to date\n";
            return ExitCode::done;
        });
}

} // namespace rowbot::cli
