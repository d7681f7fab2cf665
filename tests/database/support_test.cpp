// SPDX-License-Identifier: MIT
#include "temporary_database.hpp"

#include <doctest/doctest.h>

TEST_CASE("a temporary database is empty, and table state compares against one literal")
{
    TemporaryDatabase const db;
    CHECK(db.rows("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace") ==
          "");
    db.exec("CREATE TABLE t (a int, b text); INSERT INTO t VALUES (1, 'x'), (2, NULL), (3, '')");
    CHECK(db.rows("SELECT * FROM t ORDER BY a") == "1|x\n2|∅\n3|");
    CHECK(db.value("SELECT count(*) FROM t") == "3");
    CHECK(db.value("SELECT NULL") == "");
    CHECK_THROWS_AS(db.value("SELECT a FROM t"), std::runtime_error);
}

TEST_CASE("a temporary database is dropped although somebody is connected")
{
    std::string name;
    std::unique_ptr<pqxx::connection> connection;
    {
        TemporaryDatabase const db;
        name = db.name();
        connection = db.connect();
        CHECK(db.value("SELECT current_database()") == name);
    }
    TemporaryDatabase const other;
    CHECK(other.value("SELECT count(*) FROM pg_database WHERE datname = '" + name + "'") == "0");
}
