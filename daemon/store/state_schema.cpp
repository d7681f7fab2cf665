// SPDX-License-Identifier: MIT
#include "store/state_schema.hpp"

#include <iterator>

namespace rowbot
{
namespace
{

/// The numbered migrations of our own schema: entry i leads to version i + 1. Never change one that
/// was released; add another.
char const* const migrations[] = {R"sql(
CREATE SCHEMA IF NOT EXISTS rowbot;
COMMENT ON SCHEMA rowbot IS 'State of Rowbot, which upgrades rows in the background';

CREATE TABLE rowbot.setting (
    key text PRIMARY KEY,
    value jsonb NOT NULL
);

CREATE TABLE rowbot.upgrade (
    table_name text NOT NULL,
    name text NOT NULL,
    state text NOT NULL CHECK (state IN ('registered', 'running', 'complete', 'retired', 'cleaned', 'failing')),
    revision integer NOT NULL DEFAULT 0,
    rows_upgraded bigint NOT NULL DEFAULT 0,
    registered_at timestamptz NOT NULL DEFAULT now(),
    proved_at timestamptz,
    cleanup_confirmed_at timestamptz,
    cleaning_at timestamptz,
    cleaned_at timestamptz,
    PRIMARY KEY (table_name, name)
);
COMMENT ON TABLE rowbot.upgrade IS 'Every upgrade name that was ever registered; without it a cleaned name would be applied again';

CREATE TABLE rowbot.walk (
    table_name text PRIMARY KEY,
    display_name text NOT NULL,
    condition text NOT NULL DEFAULT '',
    state text NOT NULL DEFAULT 'registered' CHECK (state IN ('registered', 'running', 'complete', 'failing')),
    why text,
    owner text,
    token text,
    lease_until timestamptz,
    pass integer NOT NULL DEFAULT 0,
    leaf text,
    leaf_filenode oid,
    next_block bigint NOT NULL DEFAULT 0,
    next_offset integer NOT NULL DEFAULT 0,
    blocks_done bigint NOT NULL DEFAULT 0,
    blocks_total bigint NOT NULL DEFAULT 0,
    rows_written bigint NOT NULL DEFAULT 0,
    rows_pending bigint,
    rows_pending_exact boolean NOT NULL DEFAULT false,
    rows_excluded bigint,
    rows_failed bigint NOT NULL DEFAULT 0,
    rows_per_s double precision,
    looked_at timestamptz,
    proved_at timestamptz
) WITH (fillfactor = 50);
COMMENT ON TABLE rowbot.walk IS 'Where the walk of each table stands, and who walks it; a hint that may be lost';

CREATE TABLE rowbot.control (
    table_name text PRIMARY KEY,
    paused_until timestamptz NOT NULL,
    reason text,
    set_by text NOT NULL DEFAULT session_user,
    set_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE rowbot.control IS 'Pauses; an empty table_name is every table';

CREATE TABLE rowbot.process (
    id text PRIMARY KEY,
    program text NOT NULL,
    names text[] NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50);
COMMENT ON TABLE rowbot.process IS 'Programs and the upgrades they carry, each as table_name/name';

CREATE TABLE rowbot.event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    who text NOT NULL DEFAULT session_user,
    table_name text NOT NULL,
    what text NOT NULL,
    detail text
);
)sql"};

constexpr int known_version = static_cast<int>(std::size(migrations));

/// "rowbot" in ASCII: the advisory lock under which the schema is changed, for one transaction
/// only, so that it works behind a transaction pooler too.
constexpr char const* lock_sql = "SELECT pg_advisory_xact_lock(125822478802804)";

/// 0 where there is no schema yet.
int version(Session& session)
{
    try {
        // Not to_regclass: under the advisory lock it may still say what it saw before, because
        // that lock, unlike one of a relation, does not bring its cache up to date.
        auto const exists = session.exec("SELECT EXISTS (SELECT FROM pg_catalog.pg_class c JOIN "
                                         "pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
                                         "WHERE n.nspname = 'rowbot' AND c.relname = 'setting')");
        if (!exists[0][0].as<bool>()) return 0;
        auto const found =
            session.exec("SELECT value FROM rowbot.setting WHERE key = 'state_version'");
        return found.empty() ? 0 : found[0][0].as<int>();
    } catch (pqxx::insufficient_privilege const& e) {
        throw ConfigError(
            "the state of Rowbot cannot be read: " + message_of(e) +
            "; grant this role USAGE on the schema rowbot, and SELECT, INSERT, UPDATE "
            "and DELETE on all of its tables");
    }
}

void refuse_newer(int found)
{
    if (found > known_version)
        throw ConfigError("the schema rowbot has version " + std::to_string(found) +
                          ", this program knows only " + std::to_string(known_version) +
                          "; run the newer program that upgraded it");
}

} // namespace

bool has_state_schema(Session& session)
{
    auto const found = version(session);
    refuse_newer(found);
    return found > 0;
}

void ensure_state_schema(Session& session)
{
    auto found = version(session);
    refuse_newer(found);
    if (found == known_version) return;
    try {
        Work work(session, Purpose::durable,
                  std::string("SET LOCAL lock_timeout = '60s';") + lock_sql);
        found = version(session); // another program may have been faster
        refuse_newer(found);
        for (int i = found; i < known_version; ++i) work.exec(migrations[i]);
        work.exec("INSERT INTO rowbot.setting (key, value) VALUES ('state_version', '" +
                  std::to_string(known_version) +
                  "') ON CONFLICT (key) DO UPDATE SET value = excluded.value");
        work.commit();
    } catch (pqxx::insufficient_privilege const& e) {
        throw ConfigError(
            "the schema rowbot cannot be created or upgraded: " + message_of(e) +
            "; run the program once as a role that may create schemas in this database");
    }
}

} // namespace rowbot
