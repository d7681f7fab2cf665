// SPDX-License-Identifier: MIT
#pragma once

// What the worker does, as Prometheus counts it: https://prometheus.io/docs/practices/naming/. The
// names are documented in daemon/http/README.md.

#include <rowbot/worker.hpp>

namespace rowbot::http
{

class Metrics : public Observer
{
public:
    /// Every series of these tables begins at 0, so that a rate can be told from its first step.
    explicit Metrics(std::vector<Table> const& tables);
    ~Metrics() override;

    /// In the text format of Prometheus; any thread, also while the worker works.
    std::string text() const;

    void started(std::size_t tables) override;
    void claimed(std::string const& table) override;
    void walk_started(std::string const& table, std::int64_t blocks) override;
    void batch_written(BatchReport const& batch) override;
    void row_failed(UpgradeError const& error) override;
    void table_complete(std::string const& table) override;
    void table_failing(std::string const& table, std::int64_t rows) override;
    void table_stopped(std::string const& table, std::string const& why) override;
    void waiting(std::string const& table, WaitFor what, std::string const& why) override;
    void resumed(std::string const& table) override;
    void retried(std::string const& table, std::string const& why) override;

private:
    struct Families;
    std::unique_ptr<Families> families_;
};

} // namespace rowbot::http
