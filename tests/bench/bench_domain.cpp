// SPDX-License-Identifier: MIT

// What it costs to make domain objects of up-to-date rows: Repository::read against a plain libpqxx
// loop that copies the same columns of the same rows, by the same query, into a struct. Both take
// turns. Prints one JSON object: ns a row, by page size, on the wall clock and of this thread's
// processor time.

#include "upgrades.hpp"

#include <rowbot/repository.hpp>

#include <nlohmann/json.hpp>
#include <pqxx/pqxx>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <iostream>

namespace
{

class Document
{
public:
    explicit Document(rowbot::EffectiveRow row) : row_(std::move(row)) {}
    std::string content2() const { return row_.get<std::string>("content2"); }
    rowbot::EffectiveRow& row() { return row_; }

private:
    rowbot::EffectiveRow row_;
};

struct PlainDocument {
    std::int64_t id = 0;
    std::string content{}, content2{}, applied_upgrades{};
};

std::string page_sql(std::int64_t after, std::int64_t rows)
{
    return "SELECT id, content, content2, applied_upgrades FROM document WHERE id > " +
           std::to_string(after) + " AND id <= " + std::to_string(after + rows);
}

std::vector<PlainDocument> read_plainly(pqxx::work& tx, std::string const& sql)
{
    std::vector<PlainDocument> documents;
    auto const result = tx.exec(sql);
    documents.reserve(static_cast<std::size_t>(result.size()));
    for (auto const& row : result)
        documents.push_back(
            {row[0].as<std::int64_t>(), row[1].c_str(), row[2].c_str(), row[3].c_str()});
    return documents;
}

struct Spent {
    double wall_ns = 0, cpu_ns = 0;
};

double thread_cpu_ns()
{
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

/// Adds what `read` takes; it returns as many objects as it should have rows.
template <class Read> void time(Spent& spent, std::int64_t rows, Read const& read)
{
    auto const began = std::chrono::steady_clock::now();
    auto const cpu_began = thread_cpu_ns();
    if (static_cast<std::int64_t>(read().size()) != rows)
        throw std::runtime_error("a page has not the rows that it should have");
    spent.cpu_ns += thread_cpu_ns() - cpu_began;
    spent.wall_ns +=
        std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - began).count();
}

nlohmann::json compare(pqxx::connection& connection, std::int64_t rows, std::int64_t page_rows)
{
    rowbot::Repository<Document> const documents(bench::document_table());
    Spent domain, plain;
    auto const domain_page = [&](Spent& spent, std::string const& sql) {
        pqxx::work tx(connection);
        time(spent, page_rows, [&] { return documents.read(tx, sql); });
    };
    auto const plain_page = [&](Spent& spent, std::string const& sql) {
        pqxx::work tx(connection);
        time(spent, page_rows, [&] { return read_plainly(tx, sql); });
    };
    Spent warm_up;
    domain_page(warm_up, page_sql(0, page_rows)); // and the catalogue is looked at
    plain_page(warm_up, page_sql(0, page_rows));
    auto const pages = rows / page_rows;
    for (std::int64_t page = 0; page < pages; ++page) {
        auto const sql = page_sql(page * page_rows, page_rows);
        if (page % 2 == 0) plain_page(plain, sql);
        domain_page(domain, sql);
        if (page % 2 == 1) plain_page(plain, sql);
    }
    auto const read = static_cast<double>(pages * page_rows);
    return {{"page_rows", page_rows},
            {"rows", read},
            {"domain_wall_ns", domain.wall_ns / read},
            {"domain_cpu_ns", domain.cpu_ns / read},
            {"plain_wall_ns", plain.wall_ns / read},
            {"plain_cpu_ns", plain.cpu_ns / read}};
}

} // namespace

int main(int argc, char* argv[])
{
    try {
        if (argc != 3) throw std::runtime_error("usage: bench_domain DATABASE ROWS");
        pqxx::connection connection(argv[1]);
        auto const rows = static_cast<std::int64_t>(std::stoll(argv[2]));
        std::cout << nlohmann::json{compare(connection, rows, std::min<std::int64_t>(rows, 1000)),
                                    compare(connection, std::min<std::int64_t>(rows, 5000), 1)}
                  << '\n';
    } catch (std::exception const& e) {
        std::cerr << e.what() << '\n';
        return 70;
    }
    return 0;
}
