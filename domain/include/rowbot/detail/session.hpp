// SPDX-License-Identifier: MIT
#pragma once

// Private to Rowbot. Runs statements under the settings in which a Row is defined, local to the
// transaction, and puts the application's own back afterwards.

#include <rowbot/detail/statement.hpp>

namespace rowbot::detail
{

class Session
{
public:
    explicit Session(pqxx::transaction_base& tx) : tx_(tx) {}

    void begin()
    {
        if (dynamic_cast<pqxx::nontransaction*>(&tx_) != nullptr && !in_transaction_block()) {
            tx_.exec("BEGIN ISOLATION LEVEL READ COMMITTED");
            own_transaction_ = true;
        }
        set();
    }

    /// After success: puts the settings back, or commits the transaction that it began.
    void end()
    {
        if (own_transaction_) {
            own_transaction_ = false; // a COMMIT that fails has rolled back
            tx_.exec("COMMIT");
        } else {
            put_back();
        }
    }

    /// After an error of the server. In the application's transaction there is nothing to do: it
    /// has failed, and rolling back takes our settings with it.
    void roll_back() noexcept
    {
        try {
            if (!std::exchange(own_transaction_, false)) return;
            put_back_.clear();
            tx_.exec("ROLLBACK");
        } catch (std::exception const&) { // the first error is the one to tell
        }
    }

    /// After an error of ours: the application's transaction goes on.
    void give_up() noexcept
    {
        roll_back();
        try {
            put_back();
        } catch (std::exception const&) { // as above
        }
    }

private:
    /// A nontransaction may stand inside a transaction that the application began with SQL. A
    /// setting that is local to its transaction survives its statement only there.
    bool in_transaction_block()
    {
        tx_.exec("SELECT pg_catalog.set_config('rowbot.block', 'open', true)");
        auto const seen = tx_.exec("SELECT pg_catalog.current_setting('rowbot.block', true)");
        if (field_text(seen[0][0]) != "open") return false;
        tx_.exec("SELECT pg_catalog.set_config('rowbot.block', '', true)");
        return true;
    }

    void set()
    {
        std::string wanted;
        for (auto const& [name, value] : row_settings)
            wanted += (wanted.empty() ? "(" : ", (") + quote_literal(name) + ", " +
                      quote_literal(value) + ")";
        // Always, and not through exec_params: only exec begins a subtransaction in libpqxx 6.
        // OFFSET 0 keeps the planner from joining both levels: the old value is read first.
        auto const changed = tx_.exec(
            "SELECT s.name, s.old_value, pg_catalog.set_config(s.name, s.new_value, true) FROM "
            "(SELECT v.name, pg_catalog.current_setting(v.name) AS old_value, v.new_value FROM "
            "(VALUES " +
            wanted +
            ") AS v (name, new_value) OFFSET 0) AS s "
            "WHERE s.old_value OPERATOR(pg_catalog.<>) s.new_value");
        for (auto const& row : changed) {
            if (!put_back_.empty()) put_back_ += ", ";
            put_back_ += "pg_catalog.set_config(" + quote_literal(row[0].c_str()) + ", " +
                         quote_literal(row[1].c_str()) + ", true)";
        }
    }

    void put_back()
    {
        if (!put_back_.empty()) tx_.exec("SELECT " + std::exchange(put_back_, {}));
    }

    pqxx::transaction_base& tx_;
    bool own_transaction_ = false;
    std::string put_back_{};
};

/// Runs `body` in a session and returns its result.
template <class Body> auto in_session(pqxx::transaction_base& tx, Body const& body)
{
    Session session(tx);
    try {
        session.begin();
        auto result = body();
        session.end();
        return result;
    } catch (pqxx::broken_connection const&) {
        throw; // libpqxx 6 would connect again for another statement
    } catch (pqxx::failure const&) {
        session.roll_back();
        throw;
    } catch (...) {
        session.give_up();
        throw;
    }
}

} // namespace rowbot::detail
