// SPDX-License-Identifier: MIT
#include "walk/recovery.hpp"

#include <pqxx/pqxx>

#include <algorithm>
#include <array>
#include <string>

namespace rowbot
{
namespace
{

template <std::size_t N>
bool one_of(std::string_view state, std::array<std::string_view, N> const& states)
{
    return std::find(states.begin(), states.end(), state) != states.end();
}

} // namespace

Recovery recovery_for(std::string_view sqlstate)
{
    using namespace std::string_view_literals;
    // Serialization failure, deadlock, lock timeout, statement timeout or cancel.
    if (one_of(sqlstate, std::array{"40001"sv, "40P01"sv, "55P03"sv, "57014"sv}))
        return Recovery::retry;
    if (sqlstate.starts_with("53")) return Recovery::wait;
    // Shutdowns and restarts, an idle session ended, a server that became a standby.
    if (sqlstate.starts_with("08") ||
        one_of(sqlstate, std::array{"57P01"sv, "57P02"sv, "57P03"sv, "57P04"sv, "57P05"sv,
                                    "25P03"sv, "25P04"sv, "25006"sv}))
        return Recovery::reconnect;
    // The data: values, constraints, triggers that raise, views with check option, limits, a broken
    // page.
    if (sqlstate.starts_with("22") || sqlstate.starts_with("23") ||
        one_of(sqlstate, std::array{"27000"sv, "44000"sv, "54000"sv, "XX001"sv}))
        return Recovery::bisect;
    // Classes from I to Z are left to implementations: P0 is PL/pgSQL's, others are of a trigger's
    // own RAISE.
    if (sqlstate >= "I" && !sqlstate.starts_with("XX")) return Recovery::bisect;
    if (one_of(sqlstate, std::array{"0A000"sv, "26000"sv})) return Recovery::prepare_again;
    return Recovery::stop_table;
}

Recovery recovery_for(std::exception_ptr const& error)
{
    try {
        std::rethrow_exception(error);
    } catch (pqxx::broken_connection const&) {
        return Recovery::reconnect;
    } catch (pqxx::in_doubt_error const&) {
        return Recovery::reconnect;
    } catch (pqxx::sql_error const& e) {
        return recovery_for(e.sqlstate());
#if PQXX_VERSION_MAJOR < 7
    } catch (pqxx::transaction_rollback const&) {
        return Recovery::retry;
#endif
    } catch (...) {
        return Recovery::stop_table;
    }
}

} // namespace rowbot
