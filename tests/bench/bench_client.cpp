// SPDX-License-Identifier: MIT

// What one would write without Rowbot, three ways. Each does the same to the rows of `document`
// that lack the name: content2 = content::jsonb, and the name is recorded.

#include <nlohmann/json.hpp>
#include <pqxx/pqxx>

#include <iostream>
#include <string>

namespace
{

std::string const update = "UPDATE document SET content2 = content::jsonb, "
                           "applied_upgrades = applied_upgrades || '{content-to-jsonb}' WHERE ";
std::string const pending = "NOT applied_upgrades @> '{content-to-jsonb}'";

void exec(pqxx::connection& connection, std::string const& sql)
{
    pqxx::nontransaction session(connection);
    session.exec(sql);
}

/// Batches of 500 in key order, a COMMIT each, all in the server.
void keyset_loop(pqxx::connection& connection)
{
    exec(connection, "DO $$ DECLARE last bigint := 0; upto bigint; BEGIN LOOP "
                     "SELECT max(id) INTO upto FROM (SELECT id FROM document WHERE id > last "
                     "ORDER BY id LIMIT 500) AS batch; "
                     "EXIT WHEN upto IS NULL; " +
                         update + "id > last AND id <= upto AND " + pending +
                         "; COMMIT; last := upto; END LOOP; END $$");
}

void exec_update(pqxx::work& tx, std::int64_t id, std::string const& content)
{
#if PQXX_VERSION_MAJOR < 7
    tx.exec_prepared("update", id, content);
#else
    tx.exec(pqxx::prepped{"update"}, pqxx::params{id, content});
#endif
}

/// Reads 500 rows in key order, converts them in C++, and writes each with a prepared statement; a
/// transaction is such a batch.
void statement_a_row(pqxx::connection& connection, std::int64_t rows)
{
    connection.prepare("update", "UPDATE document SET content2 = $2, applied_upgrades = "
                                 "applied_upgrades || '{content-to-jsonb}' WHERE id = $1 AND " +
                                     pending);
    std::int64_t last = 0;
    while (last < rows) {
        pqxx::work tx(connection);
        auto const batch = tx.exec("SELECT id, content FROM document WHERE id > " +
                                   std::to_string(last) + " AND id <= " + std::to_string(rows) +
                                   " AND " + pending + " ORDER BY id LIMIT 500");
        if (batch.empty()) return;
        for (auto const& row : batch) {
            last = row[0].as<std::int64_t>();
            exec_update(tx, last, nlohmann::json::parse(row[1].c_str()).dump());
        }
        tx.commit();
    }
}

} // namespace

int main(int argc, char* argv[])
{
    try {
        if (argc < 3) throw std::runtime_error("usage: bench_client METHOD DATABASE [ROWS]");
        std::string const method = argv[1];
        pqxx::connection connection(argv[2]);
        if (method == "sql-update")
            exec(connection, update + pending);
        else if (method == "keyset-loop")
            keyset_loop(connection);
        else if (method == "statement-a-row" && argc > 3)
            statement_a_row(connection, std::stoll(argv[3]));
        else
            throw std::runtime_error("bench_client: unknown method " + method);
    } catch (std::exception const& e) {
        std::cerr << e.what() << '\n';
        return 70;
    }
    return 0;
}
