// SPDX-License-Identifier: MIT
#pragma once

// The worker's log: one line an event, for people or as JSON. Why a row failed, and
// PostgreSQL's DETAIL and CONTEXT, which show values of rows, appear at level debug alone; above
// it, a failed row is named by its key, the upgrade and, where known, the column. What is told of
// why is cut.

#include "cli/log_event.hpp"
#include "cli/options.hpp"

namespace spdlog
{
class logger;
}

namespace rowbot::cli
{

class LogLines : public Observer
{
public:
    /// The logger's pattern and level are its own affair; see stderr_logger. The clock decides how
    /// often a batch is worth a line at level info: once a second, the others are at debug.
    LogLines(std::shared_ptr<spdlog::logger> logger, bool json, Clock& clock);
    ~LogLines() override;

    /// For events that are none of the worker's.
    void write(LogEvent const& event);

    void serving(std::string const& endpoint) override;
    void started(std::size_t tables) override;
    void stopped(std::string const& why) override;
    void claimed(std::string const& table) override;
    void walk_started(std::string const& table, std::int64_t blocks) override;
    void batch_written(BatchReport const& batch) override;
    void row_failed(UpgradeError const& error) override;
    void pass_ended(std::string const& table, int pass, std::int64_t written) override;
    void table_complete(std::string const& table) override;
    void table_failing(std::string const& table, std::int64_t rows) override;
    void table_stopped(std::string const& table, std::string const& why) override;
    void name_cleaned(std::string const& table, std::string const& name,
                      std::int64_t rows) override;
    void cleanup_held(std::string const& table, std::string const& name,
                      std::string const& why) override;
    void waiting(std::string const& table, WaitFor what, std::string const& why) override;
    void resumed(std::string const& table) override;
    void retried(std::string const& table, std::string const& why) override;

private:
    std::string reason(std::string const& why) const;

    std::shared_ptr<spdlog::logger> logger_;
    bool json_;
    Clock& clock_;
    std::optional<Clock::Time> last_batch_line_;
    std::map<std::string, std::int64_t> rows_total_;
};

/// Writes lines to standard error, at log_level and above, in the colours that were asked for.
std::shared_ptr<spdlog::logger> stderr_logger(CommandLine const& line);

} // namespace rowbot::cli
