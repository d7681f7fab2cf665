// SPDX-License-Identifier: MIT
#include "gates.hpp"

#include "await.hpp"

// A gate is an advisory lock: closed, as the test's session has it.

Gates::Gates(TemporaryDatabase const& db) : db_(db), keeper_(db.connect())
{
    db.exec("CREATE FUNCTION gate(name text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN "
            "PERFORM pg_advisory_lock_shared(1, hashtext(name)); "
            "PERFORM pg_advisory_unlock_shared(1, hashtext(name)); END $$");
}

void Gates::close(std::string const& name)
{
    call("pg_advisory_lock", name);
}

void Gates::open(std::string const& name)
{
    call("pg_advisory_unlock", name);
}

std::string Gates::await_at(std::string const& name) const
{
    std::string pid;
    await("a program at the gate " + name, [&] {
        pid =
            db_.rows("SELECT l.pid FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE "
                     "d.datname = current_database() AND locktype = 'advisory' AND NOT granted "
                     "AND classid = 1 AND objid = (hashtext('" +
                     name + "')::bigint & 4294967295)::oid");
        return !pid.empty();
    });
    return pid;
}

void Gates::call(std::string const& function, std::string const& name)
{
    pqxx::nontransaction(*keeper_).exec("SELECT " + function + "(1, hashtext('" + name + "'))");
}
