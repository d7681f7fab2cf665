// SPDX-License-Identifier: MIT
#pragma once

// Asks the database for the status, on a thread and a connection of its own, and only when somebody
// wants it: at most once a second, however many ask.

#include <rowbot/table.hpp>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace rowbot::http
{

/// The JSON of `status --json`, or why there is none.
struct StatusAnswer {
    std::shared_ptr<Json const> document{};
    std::string error{}; ///< Empty: there is a document.
};

class StatusQuery
{
public:
    using Receive = std::function<void(StatusAnswer const&)>;

    /// Connects when it is asked for the first time.
    StatusQuery(std::string connection, std::vector<Table> tables);
    /// Cancels a statement that runs.
    ~StatusQuery();

    /// Any thread; returns at once. `receive` is called on the thread of the query, or at once
    /// where too many wait.
    void ask(Receive receive);

private:
    void run(std::stop_token stop);

    std::string const connection_;
    std::vector<Table> const tables_;
    std::mutex mutex_;
    std::condition_variable_any asked_;
    std::vector<Receive> waiting_; // guarded by mutex_
    std::jthread thread_;          // last: ends before what it uses
};

} // namespace rowbot::http
