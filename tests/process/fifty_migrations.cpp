// SPDX-License-Identifier: MIT
#include "fifty_migrations.hpp"

namespace
{

std::string const outside = "-- postgres-migrations disable-transaction\n";

/// What a statement of a migration does: a row that there must be once.
char const* const step_sql =
    "CREATE TABLE step (file int, number int);"
    "CREATE FUNCTION step(file int, number int) RETURNS void LANGUAGE plpgsql AS $$ BEGIN "
    "INSERT INTO step VALUES ($1, $2); PERFORM gate($1 || ': statement ' || $2); END $$;";

/// Gates at Rowbot's own statements too, and at the end of its commits.
char const* const triggers_sql = R"sql(
    CREATE FUNCTION at_gate() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM gate(NEW.id || ': ' || TG_ARGV[0]); RETURN NULL; END $$;
    CREATE TRIGGER recorded AFTER INSERT ON migrations
        FOR EACH ROW EXECUTE FUNCTION at_gate('recorded');
    CREATE CONSTRAINT TRIGGER committed AFTER INSERT ON migrations DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION at_gate('committed');

    CREATE FUNCTION version_at_gate() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM gate(format('%s: version', NEW.value)); RETURN NULL; END $$;
    CREATE TRIGGER version AFTER INSERT OR UPDATE ON rowbot.setting
        FOR EACH ROW EXECUTE FUNCTION version_at_gate();

    CREATE FUNCTION progress_at_gate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM gate(NEW.id || ': ' || NEW.statements_done ||
                     CASE WHEN NEW.begun THEN ' begun' ELSE ' done' END || TG_ARGV[0]);
        RETURN NULL; END $$;
    CREATE TRIGGER progress AFTER INSERT OR UPDATE ON rowbot.migration_progress
        FOR EACH ROW EXECUTE FUNCTION progress_at_gate('');
    CREATE CONSTRAINT TRIGGER progress_committed AFTER INSERT OR UPDATE
        ON rowbot.migration_progress DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION progress_at_gate(', committed');

    CREATE FUNCTION cleared_at_gate() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM gate(OLD.id || ': cleared'); RETURN NULL; END $$;
    CREATE TRIGGER cleared AFTER DELETE ON rowbot.migration_progress
        FOR EACH ROW EXECUTE FUNCTION cleared_at_gate();
)sql";

std::string steps(int file, int count)
{
    std::string sql;
    for (int i = 1; i <= count; ++i)
        sql += "SELECT step(" + std::to_string(file) + ", " + std::to_string(i) + ");\n";
    return sql;
}

} // namespace

void write_fifty_migrations(Migrators const& programs)
{
    programs.write(1, std::string(step_sql) + triggers_sql);
    for (int id = 2; id <= 50; ++id) programs.write(id, steps(id, id == 10 || id == 30 ? 2 : 1));
    programs.write(20, outside + steps(20, 1) +
                           "CREATE INDEX CONCURRENTLY step_file ON step (file);\n"
                           "SELECT step(20, 3);\n");
    programs.write(40, outside + "VACUUM step;\n");
}

void check_that_each_was_applied_once(TemporaryDatabase const& db)
{
    CHECK(db.rows("SELECT min(id), max(id), count(*) FROM migrations") == "0|50|51");
    CHECK(db.value("SELECT string_agg(format('%s/%s', file, number), ' ' ORDER BY file, number) "
                   "FROM step WHERE file % 10 = 0") == "10/1 10/2 20/1 20/3 30/1 30/2 50/1");
    CHECK(db.rows("SELECT count(*), count(DISTINCT file) FROM step WHERE file % 10 <> 0") ==
          "44|44");
    CHECK(db.rows("SELECT relname, indisvalid FROM pg_index JOIN pg_class ON oid = indexrelid "
                  "WHERE indrelid = 'step'::regclass OR NOT indisvalid") == "step_file|t");
    CHECK(db.value("SELECT count(*) FROM rowbot.migration_progress") == "0");
    CHECK(db.value("SELECT count(*) FROM rowbot.migration_lock") == "0");
    CHECK(db.value("SELECT count(*) FROM rowbot.migration_failure") == "0");
}
