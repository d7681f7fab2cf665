// SPDX-License-Identifier: MIT
#pragma once

#include <rowbot/worker.hpp>

namespace rowbot::cli
{

/// Tells several observers the same, in the order in which they were added. They must outlive it.
class Observers : public Observer
{
public:
    void add(Observer& observer) { all_.push_back(&observer); }

    void serving(std::string const& endpoint) override { tell(&Observer::serving, endpoint); }
    void started(std::size_t tables) override { tell(&Observer::started, tables); }
    void stopped(std::string const& why) override { tell(&Observer::stopped, why); }
    void claimed(std::string const& table) override { tell(&Observer::claimed, table); }
    void walk_started(std::string const& table, std::int64_t blocks) override
    {
        tell(&Observer::walk_started, table, blocks);
    }
    void batch_written(BatchReport const& batch) override { tell(&Observer::batch_written, batch); }
    void row_failed(UpgradeError const& error) override { tell(&Observer::row_failed, error); }
    void pass_ended(std::string const& table, int pass, std::int64_t written) override
    {
        tell(&Observer::pass_ended, table, pass, written);
    }
    void table_complete(std::string const& table) override
    {
        tell(&Observer::table_complete, table);
    }
    void table_failing(std::string const& table, std::int64_t rows) override
    {
        tell(&Observer::table_failing, table, rows);
    }
    void table_stopped(std::string const& table, std::string const& why) override
    {
        tell(&Observer::table_stopped, table, why);
    }
    void name_cleaned(std::string const& table, std::string const& name, std::int64_t rows) override
    {
        tell(&Observer::name_cleaned, table, name, rows);
    }
    void cleanup_held(std::string const& table, std::string const& name,
                      std::string const& why) override
    {
        tell(&Observer::cleanup_held, table, name, why);
    }
    void waiting(std::string const& table, WaitFor what, std::string const& why) override
    {
        tell(&Observer::waiting, table, what, why);
    }
    void resumed(std::string const& table) override { tell(&Observer::resumed, table); }
    void retried(std::string const& table, std::string const& why) override
    {
        tell(&Observer::retried, table, why);
    }

private:
    template <class... Told, class... Values>
    void tell(void (Observer::*event)(Told...), Values const&... values)
    {
        for (auto* const observer : all_) (observer->*event)(values...);
    }

    std::vector<Observer*> all_{};
};

} // namespace rowbot::cli
