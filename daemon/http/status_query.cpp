// SPDX-License-Identifier: MIT
#include "http/status_query.hpp"

#include "store/password.hpp"
#include "store/status.hpp"

#include <nlohmann/json.hpp>

namespace rowbot::http
{
namespace
{

constexpr std::chrono::seconds fresh_for{1};
constexpr std::size_t most_waiting = 256;

StatusAnswer query(std::unique_ptr<Session>& session, std::string const& connection,
                   std::vector<Table> const& tables, std::stop_token const& stop)
{
    auto const ask = [&] {
        if (!session) session = std::make_unique<Session>(connection, "rowbot http");
        std::stop_callback const cancel(stop, [&session] { session->cancel(); });
        Work work(*session, Purpose::read); // waits for no lock for long
        auto document = std::make_shared<Json const>(status_document(*session, tables));
        work.commit();
        return document;
    };
    bool const connected = session != nullptr;
    try {
        try {
            return {.document = ask()};
        } catch (pqxx::broken_connection const&) {
            session.reset();
            if (!connected) throw;
            return {.document = ask()}; // it broke since the last time: that is no outage now
        }
    } catch (std::exception const& e) {
        session.reset(); // broken, perhaps; connecting again costs little at this pace
        return {.error = without_password(message_of(e))};
    }
}

} // namespace

StatusQuery::StatusQuery(std::string connection, std::vector<Table> tables)
    : connection_(std::move(connection)), tables_(std::move(tables)),
      thread_([this](std::stop_token stop) {
          pthread_setname_np(pthread_self(), "rowbot-status");
          run(stop);
      })
{
}

StatusQuery::~StatusQuery() = default;

void StatusQuery::ask(Receive receive)
{
    {
        std::lock_guard const lock(mutex_);
        if (waiting_.size() < most_waiting) {
            waiting_.push_back(std::move(receive));
            asked_.notify_all();
            return;
        }
    }
    receive({.error = "too many wait for its answer"});
}

void StatusQuery::run(std::stop_token stop)
{
    std::unique_ptr<Session> session;
    StatusAnswer answer;
    std::optional<std::chrono::steady_clock::time_point> asked;
    for (;;) {
        std::vector<Receive> waiting;
        {
            std::unique_lock lock(mutex_);
            if (!asked_.wait(lock, stop, [this] { return !waiting_.empty(); })) return;
            waiting.swap(waiting_);
        }
        auto const now = std::chrono::steady_clock::now();
        if (!answer.document || now - *asked >= fresh_for) { // an error may be over
            answer = query(session, connection_, tables_, stop);
            asked = now;
        }
        for (auto const& receive : waiting) receive(answer);
    }
}

} // namespace rowbot::http
