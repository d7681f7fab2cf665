// SPDX-License-Identifier: MIT
#include "cli/service_manager.hpp"

#include "cli/log_event.hpp"
#include "cli/terminal_text.hpp"

#include <systemd/sd-daemon.h>

namespace rowbot::cli
{
namespace
{

/// One line, however many the text has: each line of a message is a variable of its own.
void tell_status(std::string const& text)
{
    sd_notify(0, ("STATUS=" + printable(text)).c_str());
}

std::string progress_text(BatchReport const& batch)
{
    auto text = batch.table + ": ";
    if (batch.blocks_total > 0)
        text += std::to_string(100 * batch.blocks_done / batch.blocks_total) + " %, ";
    return text + "about " + grouped(batch.rows_pending) + " rows pending";
}

} // namespace

ServiceManager::ServiceManager(http::Health const& health, Clock& clock, std::stop_token stop)
    : health_(health), clock_(clock),
      stopping_(std::move(stop), [] { sd_notify(0, "STOPPING=1\nSTATUS=stops at the next row"); })
{
    std::uint64_t limit_us = 0;
    if (sd_watchdog_enabled(0, &limit_us) > 0)
        watchdog_ = std::jthread([this, limit_us](std::stop_token ended) {
            feed_watchdog(std::chrono::microseconds{limit_us}, ended);
        });
}

void ServiceManager::feed_watchdog(std::chrono::microseconds limit, std::stop_token ended) const
{
    while (!ended.stop_requested()) {
        auto const sickness = health_.sickness();
        if (sickness.empty())
            sd_notify(0, "WATCHDOG=1");
        else
            tell_status(sickness);
        Clock::system().wait(limit / 3, ended);
    }
}

void ServiceManager::started(std::size_t)
{
    sd_notify(0, "READY=1\nSTATUS=looks for rows to upgrade");
}

void ServiceManager::walk_started(std::string const& table, std::int64_t)
{
    tell_status(table + ": walk started");
}

void ServiceManager::batch_written(BatchReport const& batch)
{
    auto const now = clock_.now();
    if (batch.cleanup || (last_status_ && now - *last_status_ < std::chrono::seconds{1})) return;
    last_status_ = now;
    tell_status(progress_text(batch));
}

void ServiceManager::table_complete(std::string const& table)
{
    tell_status(table + ": complete");
}

void ServiceManager::table_failing(std::string const& table, std::int64_t rows)
{
    tell_status(table + ": failing, " + grouped(rows) + " rows could not be upgraded");
}

void ServiceManager::table_stopped(std::string const& table, std::string const& why)
{
    tell_status(table + ": stopped: " + reason_text(why));
}

void ServiceManager::waiting(std::string const& table, WaitFor, std::string const& why)
{
    tell_status((table.empty() ? "" : table + ": ") + "waits: " + reason_text(why));
}

void ServiceManager::resumed(std::string const& table)
{
    tell_status((table.empty() ? "" : table + ": ") + "goes on");
}

} // namespace rowbot::cli
