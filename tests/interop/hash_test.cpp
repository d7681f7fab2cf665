// SPDX-License-Identifier: MIT
#include "programs.hpp"

namespace
{

std::string table_of(TemporaryDatabase const& db)
{
    return db.rows("SELECT id, name, hash FROM migrations ORDER BY id");
}

} // namespace

TEST_CASE("both record the same names and hashes, however odd the files are")
{
    TemporaryDatabase const by_node, by_rowbot;
    MigrationsFolder const folder;
    folder.write("1_crlf.sql", "SELECT 1;\r\nSELECT 2;\r\n");
    folder.write("2_no-newline.sql", "SELECT 1");
    folder.write("3_empty.sql", "");
    folder.write("4_UPPER.SQL", "SELECT 1;\n");
    folder.write("0005_zeros.sql", "SELECT 1;\n");
    folder.write("6.sql", "\n\n");
    folder.write("7-2_file.sql", "-- ends in a comment");
    folder.write("8file.sql", "SELECT 'ä€𝄞';\n");
    folder.write("9_ä 1.sql", "\tSELECT 1 ;;\n");
    folder.write("10_bom-within.sql", "-- \xef\xbb\xbf, where two files were joined\nSELECT 1;\n");
    CHECK(node(by_node, folder).starts_with("0: [0_create-migrations-table.sql 1_crlf.sql "));
    CHECK(rowbot_migrate(by_rowbot, folder, "up") == "0: 10 migrations applied, up to date\n");
    CHECK(table_of(by_node) == table_of(by_rowbot));
    CHECK(rowbot_migrate(by_node, folder, "verify") ==
          "0: public.migrations: 10 files, those that are applied are unchanged\n");
    CHECK(node(by_rowbot, folder) == "0: []\n");
}

TEST_CASE("a file that is not UTF-8 is unchanged after Node has applied it, and refused before")
{
    TemporaryDatabase const by_node, by_rowbot;
    MigrationsFolder const folder;
    folder.write("1_latin1.sql", "-- \xe4\xff\xfe\xf0\x9f\nSELECT 1;\n");
    CHECK(node(by_node, folder) == "0: [0_create-migrations-table.sql 1_latin1.sql]\n");
    CHECK(rowbot_migrate(by_node, folder, "verify") ==
          "0: public.migrations: 1 files, those that are applied are unchanged\n");
    CHECK(rowbot_migrate(by_node, folder, "up") == "0: up to date\n");
    CHECK(rowbot_migrate(by_rowbot, folder, "up").starts_with("64: rowbot: 1_latin1.sql"));
}

TEST_CASE("neither runs a file that begins with a byte order mark")
{
    TemporaryDatabase const db;
    MigrationsFolder const folder;
    folder.write("1_bom.sql", "\xef\xbb\xbfSELECT 1;\n");
    CHECK(node(db, folder).starts_with("1: Migration failed. Reason: "));
    CHECK(rowbot_migrate(db, folder, "up")
              .starts_with("70: 1_bom.sql:1:1: the file begins with a "
                           "byte order mark"));
    CHECK(recorded(db) == "0|create-migrations-table");
}
