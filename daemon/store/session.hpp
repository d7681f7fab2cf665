// SPDX-License-Identifier: MIT
#pragma once

// One connection to the server, and the transactions on it. The only file that knows which libpqxx
// it is built with. A Session belongs to one thread at a time. After a broken_connection it must be
// destroyed: libpqxx 6.4 would reconnect silently, without our settings and locks.

#include "store/pulse.hpp"

#include <rowbot/detail/shape.hpp>

#include <pqxx/pqxx>

#include <chrono>
#include <memory>

namespace rowbot
{

/// The parameters of a statement: first those in text format ($1 …), then those in binary format.
struct Params {
    std::vector<std::optional<std::string>> text{};
    std::vector<std::string> binary{};
};

class Session
{
public:
    /// Connects; `purpose` ends up in application_name (`rowbot reader`). Where there is a pulse,
    /// it is told what waits for the server, and must outlive the session. Throws
    /// pqxx::broken_connection.
    Session(std::string const& connection, std::string const& purpose, Pulse* pulse = nullptr);
    ~Session();
    Session(Session const&) = delete;
    Session& operator=(Session const&) = delete;

    /// Without parameters `sql` may be several statements. Throws libpqxx's exceptions.
    pqxx::result exec(std::string const& sql);
    pqxx::result exec(std::string const& sql, Params const& params);
    pqxx::result exec(std::string const& sql, std::vector<std::optional<std::string>> text)
    {
        return exec(sql, Params{.text = std::move(text)});
    }

    /// Asks the server to end the statement that is running; any thread. That statement then throws
    /// 57014.
    void cancel() noexcept;

    /// Something was done between two statements; see Pulse.
    void beat() const noexcept
    {
        if (pulse_ != nullptr) pulse_->beat();
    }

    int server_version() const { return server_version_; } ///< 150018 is 15.18.
    /// Whether a pooler stands between: what it says of the server's process is its own invention,
    /// so that it may hand a cancel on.
    bool pooled();
    std::chrono::milliseconds lock_timeout() const
    {
        return lock_timeout_;
    } ///< Below deadlock_timeout.
    std::string const& purpose() const { return purpose_; }

private:
    Pulse* pulse_; // first: connecting is waiting, too
    std::unique_ptr<pqxx::connection> connection_;
    std::unique_ptr<pqxx::nontransaction> statements_;
    std::string purpose_;
    int server_version_ = 0;
    std::chrono::milliseconds lock_timeout_{800};
};

/// What a transaction is for; it decides its settings.
enum class Purpose : char {
    read,   ///< Reads a batch: READ ONLY.
    write,  ///< Writes a batch: synchronous_commit = off.
    durable ///< Says something that must not be lost: the server's own synchronous_commit, no
            ///< statement_timeout.
};

/// A transaction of ours: BEGIN ISOLATION LEVEL READ COMMITTED, every setting SET LOCAL, so that
/// nothing of it outlives COMMIT behind a transaction pooler. Rolls back unless commit() was
/// called.
class Work
{
public:
    /// `first` is run in the same round trip after BEGIN and the settings; its result is
    /// first_result().
    Work(Session& session, Purpose purpose, std::string const& first = {});
    ~Work();
    Work(Work const&) = delete;
    Work& operator=(Work const&) = delete;

    pqxx::result exec(std::string const& sql) { return session_.exec(sql); }
    pqxx::result exec(std::string const& sql, Params const& params)
    {
        return session_.exec(sql, params);
    }
    pqxx::result exec(std::string const& sql, std::vector<std::optional<std::string>> text)
    {
        return session_.exec(sql, std::move(text));
    }
    pqxx::result const& first_result() const { return first_result_; }
    Session& session() { return session_; }
    void commit();

private:
    Session& session_;
    pqxx::result first_result_;
    bool open_ = true;
};

/// A field's value, NULL as no value.
std::optional<std::string> optional_text(pqxx::field const& field);

/// What a server or libpq said, as one line without the `ERROR:` and the excerpt of the statement.
std::string message_of(std::exception const& error);

/// A whole result as text.
detail::TextRows text_rows(pqxx::result const& result);

} // namespace rowbot
