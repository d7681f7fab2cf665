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
)sql",
                                  R"sql(
CREATE TABLE rowbot.migration_lock (
    table_name text PRIMARY KEY,
    owner text NOT NULL,
    token text NOT NULL,
    taken_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    lease_until timestamptz NOT NULL
) WITH (fillfactor = 50);
COMMENT ON TABLE rowbot.migration_lock IS 'Who runs schema migrations now, one row for each migrations table';

CREATE TABLE rowbot.migration_progress (
    table_name text NOT NULL,
    id integer NOT NULL,
    statements_done integer NOT NULL DEFAULT 0,
    done_hash text NOT NULL DEFAULT '',
    begun boolean NOT NULL DEFAULT false,
    PRIMARY KEY (table_name, id)
);
COMMENT ON TABLE rowbot.migration_progress IS 'How far a migration outside a transaction is; begun: the next statement was started, and may be done';

CREATE TABLE rowbot.migration_failure (
    table_name text PRIMARY KEY,
    set_hash text NOT NULL,
    failures integer NOT NULL,
    failed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    retry_at timestamptz NOT NULL,
    file text NOT NULL,
    message text NOT NULL
);
COMMENT ON TABLE rowbot.migration_failure IS 'The set of migrations that failed last, which is not run again before retry_at unless it changes';

CREATE FUNCTION rowbot.require(upgrade text) RETURNS void
LANGUAGE plpgsql SET row_security = off AS $require$
DECLARE
    wanted_table text := substring(upgrade FROM '^(.+)/[^/]+$');
    wanted_name text := substring(upgrade FROM '/([^/]+)$');
    target regclass := to_regclass(wanted_table);
    known record;
    canonical text;
    scope text;
    look text;
    lacking boolean;
BEGIN
    IF wanted_table IS NULL THEN
        RAISE EXCEPTION 'an upgrade is named table/name, not %', coalesce(quote_literal(upgrade), 'NULL')
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'rowbot.require needs isolation level read committed: the snapshot of this transaction may be older than its lock'
            USING ERRCODE = 'invalid_transaction_state';
    END IF;
    IF target IS NULL THEN
        RAISE EXCEPTION 'upgrade % is required, and there is no table %', upgrade, wanted_table
            USING ERRCODE = 'RB001';
    END IF;
    SELECT format('%I.%I', n.nspname, c.relname) INTO canonical
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target;
    SELECT u.state = 'cleaned' OR u.state = 'retired' AND coalesce(u.proved_at, u.cleanup_confirmed_at) IS NOT NULL AS over
        INTO known FROM rowbot.upgrade u WHERE u.table_name = canonical AND u.name = wanted_name;
    IF known.over THEN
        RETURN;
    END IF;
    SELECT coalesce(nullif(w.condition, ''), 'true') INTO scope FROM rowbot.walk w WHERE w.table_name = canonical;
    IF EXISTS (SELECT FROM pg_catalog.pg_attribute a
               WHERE a.attrelid = target AND a.attname = 'applied_upgrades' AND NOT a.attisdropped) THEN
        look := format('SELECT EXISTS (SELECT FROM %s AS t WHERE (%s) AND NOT coalesce(t.applied_upgrades @> ARRAY[%L], false))',
                       canonical, coalesce(scope, 'true'), wanted_name);
    ELSE
        look := format('SELECT EXISTS (SELECT FROM %s)', canonical);
    END IF;
    -- First without the lock, so that writers wait only where it may be worth their while.
    FOR locked IN 0..1 LOOP
        IF locked = 1 THEN
            -- Whoever writes the table has committed when this is held, and the look below sees it.
            EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', canonical);
        END IF;
        CONTINUE WHEN EXISTS (SELECT FROM pg_catalog.pg_constraint c WHERE c.conrelid = target AND c.contype = 'c' AND c.convalidated
               AND pg_catalog.pg_get_constraintdef(c.oid) =
                   format('CHECK (COALESCE((applied_upgrades @> ARRAY[%L::text]), false))', wanted_name));
        EXECUTE look INTO lacking;
        IF lacking THEN
            RAISE EXCEPTION 'upgrade % is not complete: rows of % lack it', upgrade, canonical
                USING ERRCODE = 'RB001', HINT = 'let the daemon finish, or see rowbot gate';
        END IF;
    END LOOP;
END
$require$;
COMMENT ON FUNCTION rowbot.require(text) IS 'Raises unless every row has the upgrade (table/name); keeps writers of the table out until the transaction ends';
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
