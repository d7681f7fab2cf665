// SPDX-License-Identifier: MIT
#include "cli/log_lines.hpp"

#include "cli/terminal_text.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_color_sinks.h>

namespace rowbot::cli
{
namespace
{

spdlog::level::level_enum spdlog_level(std::string_view name)
{
    if (name == "debug") return spdlog::level::debug;
    if (name == "info") return spdlog::level::info;
    return name == "warning" ? spdlog::level::warn : spdlog::level::err;
}

std::string rows_text(std::int64_t rows)
{
    return grouped(rows) + (rows == 1 ? " row" : " rows");
}

/// The column, where the cause is a value that was not as expected.
std::string column_of(UpgradeError const& error)
{
    if (!error.nested_ptr()) return {}; // rethrow_nested() would end the program
    try {
        error.rethrow_nested();
    } catch (RowError const& cause) {
        return cause.column();
    } catch (...) {
    }
    return {};
}

} // namespace

LogLines::LogLines(std::shared_ptr<spdlog::logger> logger, bool json, Clock& clock)
    : logger_(std::move(logger)), json_(json), clock_(clock)
{
}

LogLines::~LogLines() = default;

void LogLines::write(LogEvent const& event)
{
    auto const level = spdlog_level(level_name(event.level));
    if (!logger_->should_log(level)) return;
    // A string_view, not a format: braces of a name mean themselves.
    logger_->log(level,
                 spdlog::string_view_t(json_ ? json_line(event, std::chrono::system_clock::now())
                                             : text_line(event)));
}

std::string LogLines::reason(std::string const& why) const
{
    return logger_->should_log(spdlog::level::debug) ? shortened(why, most_error_characters)
                                                     : reason_text(why);
}

void LogLines::serving(std::string const& endpoint)
{
    write({.name = "serving",
           .sentence = "serves its pages at " + endpoint,
           .fields = {{"endpoint", endpoint}}});
}

void LogLines::started(std::size_t tables)
{
    write({.name = "started",
           .sentence =
               "started with " + std::to_string(tables) + (tables == 1 ? " table" : " tables"),
           .fields = {{"tables", static_cast<std::int64_t>(tables)}}});
}

void LogLines::stopped(std::string const& why)
{
    auto const told = reason(why);
    write({.name = "stopped", .sentence = "stopped: " + told, .fields = {{"why", told}}});
}

void LogLines::claimed(std::string const& table)
{
    write({.level = Level::debug,
           .name = "claimed",
           .sentence = table + ": claimed",
           .fields = {{"table", table}}});
}

void LogLines::walk_started(std::string const& table, std::int64_t blocks)
{
    write({.name = "walk_started",
           .sentence = table + ": walk started, " + grouped(blocks) + " blocks",
           .fields = {{"table", table}, {"blocks", blocks}}});
}

void LogLines::batch_written(BatchReport const& batch)
{
    auto const now = clock_.now();
    bool const due = !last_batch_line_ || now - *last_batch_line_ >= std::chrono::seconds{1};
    if (due) last_batch_line_ = now;
    auto const total = rows_total_[batch.table] += batch.rows_written;
    auto const took = std::chrono::round<std::chrono::milliseconds>(batch.took).count();

    auto sentence = batch.table + ": " + rows_text(batch.rows_written) + " written in " +
                    std::to_string(took) + " ms, " + grouped(total) + " in all, block " +
                    grouped(batch.blocks_done) + " of " + grouped(batch.blocks_total);
    if (batch.rows_conflicted > 0)
        sentence += ", " + rows_text(batch.rows_conflicted) + " changed meanwhile";
    if (batch.rows_failed > 0) sentence += ", " + rows_text(batch.rows_failed) + " failed";
    write({.level = due ? Level::info : Level::debug,
           .name = "batch_written",
           .sentence = std::move(sentence),
           .fields = {{"table", batch.table},
                      {"rows_written", batch.rows_written},
                      {"rows_conflicted", batch.rows_conflicted},
                      {"rows_failed", batch.rows_failed},
                      {"rows_total", total},
                      {"blocks_done", batch.blocks_done},
                      {"blocks_total", batch.blocks_total},
                      {"took_ms", std::int64_t{took}},
                      {"batch_rows", batch.batch_rows}}});
}

void LogLines::row_failed(UpgradeError const& error)
{
    auto const column = column_of(error);
    LogEvent event{
        .level = Level::warning,
        .name = "row_failed",
        .sentence = error.table() + " " + error.key() + ": upgrade '" + error.upgrade() +
                    "' failed" + (column.empty() ? "" : " on column '" + column + "'") +
                    "; the row stays pending (--log-level debug says why)",
        .fields = {{"table", error.table()}, {"key", error.key()}, {"upgrade", error.upgrade()}}};
    if (!column.empty()) event.fields.emplace_back("column", column);
    write(event);
    // The message may show a value of the row.
    event.level = Level::debug;
    event.name = "row_error";
    event.sentence = shortened(error.what(), most_error_characters);
    event.fields.emplace_back("error", event.sentence);
    write(event);
}

void LogLines::pass_ended(std::string const& table, int pass, std::int64_t written)
{
    write({.name = "pass_ended",
           .sentence = table + ": pass " + std::to_string(pass) + " ended, " + rows_text(written) +
                       " written",
           .fields = {{"table", table}, {"pass", std::int64_t{pass}}, {"rows_written", written}}});
}

void LogLines::table_complete(std::string const& table)
{
    write(
        {.name = "table_complete", .sentence = table + ": complete", .fields = {{"table", table}}});
}

void LogLines::table_failing(std::string const& table, std::int64_t rows)
{
    write({.level = Level::error,
           .name = "table_failing",
           .sentence = table + ": failing, " + rows_text(rows) +
                       " could not be upgraded; correct the rows or the upgrade",
           .fields = {{"table", table}, {"rows", rows}}});
}

void LogLines::table_stopped(std::string const& table, std::string const& why)
{
    auto const told = reason(why);
    write({.level = Level::error,
           .name = "table_stopped",
           .sentence = table + ": stopped: " + told,
           .fields = {{"table", table}, {"why", told}}});
}

void LogLines::name_cleaned(std::string const& table, std::string const& name, std::int64_t rows)
{
    write({.name = "name_cleaned",
           .sentence = table + ": '" + name + "' cleaned up, taken out of " + rows_text(rows),
           .fields = {{"table", table}, {"name", name}, {"rows", rows}}});
}

void LogLines::cleanup_held(std::string const& table, std::string const& name,
                            std::string const& why)
{
    auto const told = reason(why);
    write({.level = Level::warning,
           .name = "cleanup_held",
           .sentence = table + ": '" + name + "' is not cleaned up: " + told,
           .fields = {{"table", table}, {"name", name}, {"why", told}}});
}

void LogLines::waiting(std::string const& table, WaitFor what, std::string const& why)
{
    auto const told = reason(why);
    write({.name = "waiting",
           .sentence = (table.empty() ? "" : table + ": ") + "waits: " + told,
           .fields = {{"table", table}, {"reason", wait_name(what)}, {"why", told}}});
}

void LogLines::resumed(std::string const& table)
{
    write({.name = "resumed",
           .sentence = (table.empty() ? "" : table + ": ") + "goes on",
           .fields = {{"table", table}}});
}

void LogLines::retried(std::string const& table, std::string const& why)
{
    auto const told = reason(why);
    write({.level = Level::warning,
           .name = "retried",
           .sentence = (table.empty() ? "" : table + ": ") + "tries again: " + told,
           .fields = {{"table", table}, {"why", told}}});
}

std::shared_ptr<spdlog::logger> stderr_logger(CommandLine const& line)
{
    bool const json = line.log_format == "json";
    auto const color = json || line.color == When::never ? spdlog::color_mode::never
                       : line.color == When::always      ? spdlog::color_mode::always
                                                         : spdlog::color_mode::automatic;
    auto logger = std::make_shared<spdlog::logger>(
        "rowbot", std::make_shared<spdlog::sinks::stderr_color_sink_mt>(color));
    logger->set_pattern(json ? "%v" : "%Y-%m-%d %H:%M:%S.%e %^%-7l%$ %v");
    logger->set_level(spdlog_level(line.log_level));
    return logger;
}

} // namespace rowbot::cli
