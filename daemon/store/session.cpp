// SPDX-License-Identifier: MIT
#include "store/session.hpp"

#include <algorithm>
#include <sstream>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace rowbot
{
namespace
{

std::string settings(Session const& session, Purpose purpose)
{
    std::string sql;
    auto const set = [&](std::string const& name, std::string const& value) {
        sql += "SET LOCAL " + name + " = " + detail::quote_literal(value) + ";";
    };
    for (auto const& [name, value] : detail::row_settings) set(name, value);
    set("lock_timeout", std::to_string(session.lock_timeout().count()) + "ms");
    set("application_name", session.purpose());
    set("row_security", "off"); // hidden rows are an error, not rows that nobody upgrades
    set("statement_timeout", purpose == Purpose::durable ? "0" : "60s");
    // A worker that is stopped in mid-batch gives its locks back; see RowWriter for slow functions.
    set("idle_in_transaction_session_timeout", purpose == Purpose::write ? "30s" : "0");
    set("max_parallel_workers_per_gather", "0");
    if (purpose == Purpose::write) {
        set("synchronous_commit", "off");
        // A plan for these very values would copy the arrays of a batch into itself, several times.
        set("plan_cache_mode", "force_generic_plan");
    }
    // A dead client's locks go within a second (14 and later; Linux only, hence never an error
    // here).
    if (session.server_version() >= 140000 && purpose != Purpose::read)
        set("client_connection_check_interval", "500ms");
    return sql;
}

/// A server that vanished without a word is noticed within half a minute, not after the two hours
/// of the system (tcp(7)): whoever waits for it must hear that it is gone.
void notice_death(int socket)
{
    int family = 0;
    socklen_t size = sizeof family;
    if (getsockopt(socket, SOL_SOCKET, SO_DOMAIN, &family, &size) != 0 || family == AF_UNIX) return;
    auto const set = [socket](int level, int name, int value) {
        setsockopt(socket, level, name, &value, sizeof value);
    };
    set(SOL_SOCKET, SO_KEEPALIVE, 1);
    set(IPPROTO_TCP, TCP_KEEPIDLE, 10);
    set(IPPROTO_TCP, TCP_KEEPINTVL, 5);
    set(IPPROTO_TCP, TCP_KEEPCNT, 3);
    set(IPPROTO_TCP, TCP_USER_TIMEOUT, 30'000);
}

std::unique_ptr<pqxx::connection> open(std::string const& connection, Pulse* pulse)
{
    Pulse::Away const away(pulse);
    auto opened = std::make_unique<pqxx::connection>(connection);
    notice_death(opened->sock());
    return opened;
}

} // namespace

Session::Session(std::string const& connection, std::string const& purpose, Pulse* pulse)
    : pulse_(pulse), connection_(open(connection, pulse)), purpose_(purpose),
      server_version_(connection_->server_version())
{
#if PQXX_VERSION_MAJOR < 7
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    connection_->inhibit_reactivation(true);
#pragma GCC diagnostic pop
#endif
    statements_ = std::make_unique<pqxx::nontransaction>(*connection_);
    auto const deadlock_timeout =
        exec(
            "SELECT setting::int FROM pg_catalog.pg_settings WHERE name = 'deadlock_timeout'")[0][0]
            .as<int>();
    lock_timeout_ = std::chrono::milliseconds{std::max(10, deadlock_timeout * 8 / 10)};
}

Session::~Session() = default;

void Session::cancel() noexcept
{
    try {
        connection_->cancel_query();
    } catch (...) {
        // Then the statement ends by itself, later.
    }
}

bool Session::pooled()
{
    return exec("SELECT pg_catalog.pg_backend_pid()")[0][0].as<int>() != connection_->backendpid();
}

pqxx::result Session::exec(std::string const& sql)
{
    Pulse::Away const away(pulse_);
    return statements_->exec(sql);
}

pqxx::result Session::exec(std::string const& sql, Params const& params)
{
    Pulse::Away const away(pulse_);
#if PQXX_VERSION_MAJOR < 7
    std::vector<char const*> text;
    for (auto const& value : params.text) text.push_back(value ? value->c_str() : nullptr);
    std::vector<pqxx::binarystring> binary;
    for (auto const& value : params.binary) binary.emplace_back(value);
    return statements_->exec_params(sql, pqxx::prepare::make_dynamic_params(text),
                                    pqxx::prepare::make_dynamic_params(binary));
#else
    pqxx::params all;
    for (auto const& value : params.text) all.append(value);
    for (auto const& value : params.binary)
        all.append(
            pqxx::bytes_view{reinterpret_cast<std::byte const*>(value.data()), value.size()});
    return statements_->exec(sql, all);
#endif
}

Work::Work(Session& session, Purpose purpose, std::string const& first) : session_(session)
{
    auto const begin = purpose == Purpose::read
                           ? "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY;"
                           : "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;";
    try {
        first_result_ = session.exec(begin + settings(session, purpose) + first);
    } catch (pqxx::broken_connection const&) {
        throw;
    } catch (...) {
        session.exec("ROLLBACK"); // BEGIN went through, a later statement did not
        throw;
    }
}

Work::~Work()
{
    if (!open_) return;
    try {
        session_.exec("ROLLBACK");
    } catch (...) {
        // The connection is gone, and with it the transaction; whoever uses the session next will
        // hear it.
    }
}

void Work::commit()
{
    session_.exec("COMMIT");
    open_ = false;
}

std::optional<std::string> optional_text(pqxx::field const& field)
{
    if (field.is_null()) return std::nullopt;
    return std::string(field.c_str(), field.size());
}

std::string message_of(std::exception const& error)
{
    constexpr std::string_view prefix = "ERROR:  ";
    std::istringstream lines(error.what());
    std::string message;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("LINE ")) {
            std::getline(lines, line); // the caret below the excerpt
            continue;
        }
        auto const begin = line.find_first_not_of(" \t");
        if (begin == std::string::npos) continue;
        message += (message.empty() ? "" : "; ") +
                   line.substr(line.starts_with(prefix) ? prefix.size() : begin);
    }
    return message;
}

detail::TextRows text_rows(pqxx::result const& result)
{
    detail::TextRows rows;
    for (auto const& row : result) {
        auto& fields = rows.emplace_back();
        for (auto const& field : row) fields.push_back(optional_text(field));
    }
    return rows;
}

} // namespace rowbot
