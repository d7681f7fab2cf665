// SPDX-License-Identifier: MIT
#include "schema/index_build.hpp"

#include <rowbot/migrate.hpp>

namespace rowbot::schema
{
namespace
{

enum class Found : char { nothing, valid, invalid };

/// An index as to_regclass() would find it; that of a CREATE INDEX is in its table's schema.
std::string full_name(Session& session, Concurrently const& what)
{
    if (what.kind != Concurrently::Kind::create_index) return *what.index;
    auto const found = session.exec("SELECT pg_catalog.quote_ident(n.nspname) FROM "
                                    "pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid "
                                    "= c.relnamespace WHERE c.oid = to_regclass($1)",
                                    {what.table});
    return found.empty() ? *what.index : std::string(found[0][0].c_str()) + "." + *what.index;
}

Found look_for(Session& session, std::string const& name)
{
    auto const found = session.exec(
        "SELECT indisvalid FROM pg_catalog.pg_index WHERE indexrelid = to_regclass($1)", {name});
    return found.empty() ? Found::nothing : found[0][0].as<bool>() ? Found::valid : Found::invalid;
}

void drop_invalid(Session& session, std::string const& condition, std::string const& name)
{
    for (auto const& row : session.exec(
             "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_catalog.pg_index i JOIN "
             "pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_namespace n ON "
             "n.oid = c.relnamespace WHERE NOT i.indisvalid AND c.relkind = 'i' AND " +
                 condition,
             {name}))
        session.exec(std::string("DROP INDEX CONCURRENTLY IF EXISTS ") + row[0].c_str());
}

/// What an interrupted statement leaves behind. REINDEX CONCURRENTLY leaves `name_ccnew` and
/// `name_ccold` beside an index, which itself stays, even where it was invalid before:
/// https://www.postgresql.org/docs/15/sql-reindex.html#SQL-REINDEX-CONCURRENTLY
void drop_ruins(Session& session, Concurrently const& what)
{
    using Kind = Concurrently::Kind;
    std::string const copy = " AND c.relname ~ '_cc(new|old)[0-9]*$'";
    if (what.kind == Kind::create_index && what.index)
        drop_invalid(session, "i.indexrelid = to_regclass($1)", full_name(session, what));
    else if (what.kind == Kind::reindex_index && what.index)
        drop_invalid(session,
                     "i.indrelid = (SELECT indrelid FROM pg_catalog.pg_index WHERE indexrelid = "
                     "to_regclass($1))" +
                         copy,
                     *what.index);
    else if (what.kind == Kind::reindex_all && what.table)
        drop_invalid(session, "i.indrelid = to_regclass($1)" + copy, *what.table);
}

void create_index(Session& session, std::string const& sql, Concurrently const& what, bool unknown)
{
    if (!what.index)
        throw MigrationError("give the index a name: without one, an invalid index that a failed "
                             "CREATE INDEX CONCURRENTLY leaves behind cannot be found");
    auto const before = look_for(session, full_name(session, what));
    if (unknown && before == Found::valid) return;
    session.exec(sql);
    if (look_for(session, full_name(session, what)) != Found::valid)
        throw MigrationError("the index " + *what.index +
                             " is not valid after it was created; somebody has changed it "
                             "meanwhile; run the migration again");
}

bool is_dropped(Session& session, Concurrently const& what)
{
    return what.index &&
           session.exec("SELECT to_regclass($1) IS NULL", {what.index})[0][0].as<bool>();
}

/// Where an earlier attempt was interrupted, the partition is half detached, and only FINALIZE is
/// allowed: https://www.postgresql.org/docs/15/sql-altertable.html#SQL-ALTERTABLE-DETACH-PARTITION
bool is_detached(Session& session, Concurrently const& what, bool unknown)
{
    if (!what.table || !what.partition) return false;
    auto const state = session.exec("SELECT inhdetachpending FROM pg_catalog.pg_inherits WHERE "
                                    "inhparent = to_regclass($1) AND inhrelid = to_regclass($2)",
                                    {what.table, what.partition});
    if (state.empty()) return unknown;
    if (!state[0][0].as<bool>()) return false;
    session.exec("ALTER TABLE " + *what.table + " DETACH PARTITION " + *what.partition +
                 " FINALIZE");
    return true;
}

void run(Session& session, std::string const& sql, Concurrently const& what, bool unknown)
{
    using Kind = Concurrently::Kind;
    drop_ruins(session, what);
    if (what.kind == Kind::create_index) return create_index(session, sql, what, unknown);
    if (what.kind == Kind::drop_index && unknown && is_dropped(session, what)) return;
    if (what.kind == Kind::detach_partition && is_detached(session, what, unknown)) return;
    session.exec(sql);
}

void try_to_drop_ruins(Session& session, Concurrently const& what)
{
    try {
        drop_ruins(session, what);
    } catch (pqxx::broken_connection const&) {
        throw;
    } catch (pqxx::failure const&) {
        // They are dropped before the next attempt; the first error is the one to tell.
    }
}

} // namespace

void run_concurrently(Session& session, std::string const& sql, Concurrently const& what,
                      bool unknown)
{
    auto const timeout = session.exec("SHOW lock_timeout")[0][0].as<std::string>();
    session.exec("SET lock_timeout = 0");
    try {
        run(session, sql, what, unknown);
    } catch (pqxx::broken_connection const&) {
        throw;
    } catch (pqxx::failure const&) {
        try_to_drop_ruins(session, what);
        session.exec("SET lock_timeout = '" + timeout + "'");
        throw;
    }
    session.exec("SET lock_timeout = '" + timeout + "'");
}

} // namespace rowbot::schema
