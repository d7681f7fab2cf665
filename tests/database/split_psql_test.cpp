// SPDX-License-Identifier: MIT

// The splitter against psql itself, on the files of tests/unit/split_corpus; its README.md says
// what is compared.

#include "schema/split.hpp"
#include "temporary_database.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

using namespace rowbot::schema;

namespace
{

namespace fs = std::filesystem;

std::string contents(fs::path const& path)
{
    std::ifstream file(path, std::ios::binary);
    REQUIRE_MESSAGE(file.good(), path.string());
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Where white space, comments and semicolons end. By itself, without the code that is tested.
std::size_t pass_blank(std::string_view text)
{
    std::size_t at = 0, depth = 0;
    while (at < text.size()) {
        auto const rest = text.substr(at);
        if (rest.starts_with("/*") || (depth > 0 && rest.starts_with("*/"))) {
            rest.front() == '/' ? ++depth : --depth;
            at += 2;
        } else if (depth == 0 && rest.starts_with("--")) {
            at += std::min(rest.find_first_of("\r\n"), rest.size());
        } else if (depth > 0 || std::string_view(" \t\r\n\f\v;").find(rest.front()) != rest.npos) {
            ++at;
        } else {
            break;
        }
    }
    return at;
}

/// The statements in a log of psql's -L, which shows each as it is sent, between two lines of
/// stars.
std::vector<std::string> statements_in_log(std::string const& log)
{
    std::vector<std::string> found;
    std::size_t at = 0;
    while ((at = log.find("* QUERY *", at)) != std::string::npos) {
        std::size_t const begin = log.find('\n', at) + 1;
        std::size_t end = log.find("\n*****", begin);     // to 15
        end = std::min(end, log.find("\n/*****", begin)); // since 16
        REQUIRE(end != std::string::npos);
        found.push_back(log.substr(begin, end - begin));
        at = end;
    }
    return found;
}

/// What psql makes of the file.
std::vector<std::string> statements_of_psql(fs::path const& file, TemporaryDatabase const& db)
{
    auto const log = fs::temp_directory_path() / (db.name() + ".log");
    auto const* const folder = std::getenv("ROWBOT_TEST_PG_BINDIR");
    std::string const command = "PGCLIENTENCODING=UTF8 " +
                                (folder ? std::string(folder) + "/psql" : std::string("psql")) +
                                " -X -d '" + db.url() + "' -L " + log.string() + " -f '" +
                                file.string() + "' >/dev/null 2>&1";
    // Most of the statements fail, which psql passes over.
    REQUIRE_MESSAGE(std::system(command.c_str()) == 0, command);
    auto const statements = statements_in_log(contents(log));
    fs::remove(log);
    return statements;
}

/// Theirs as ours would be, where what we leave out is blank.
std::string comparable(std::vector<std::string> const& theirs, std::vector<Statement> const& ours)
{
    std::string text;
    std::size_t next = 0;
    for (std::string_view piece : theirs) {
        piece.remove_prefix(pass_blank(piece));
        if (piece.empty()) continue;
        if (next < ours.size() && piece.starts_with(ours[next].text)) {
            auto const rest = piece.substr(ours[next].text.size());
            if (pass_blank(rest) == rest.size()) piece = piece.substr(0, ours[next].text.size());
        }
        text.append(piece).append("\n====\n");
        ++next;
    }
    return text;
}

} // namespace

TEST_CASE("files are cut where psql cuts them")
{
    TemporaryDatabase const db;
    int files = 0;
    for (auto const& entry : fs::directory_iterator(SPLIT_CORPUS)) {
        if (entry.path().extension() != ".sql" || entry.path().stem() == "psql_fails") continue;
        INFO(entry.path().string());
        std::string const sql = contents(entry.path());
        auto const ours = split(sql);
        std::string text;
        for (auto const& statement : ours) text += statement.text + "\n====\n";
        CHECK(text == comparable(statements_of_psql(entry.path(), db), ours));
        ++files;
    }
    CHECK(files >= 10);
}

TEST_CASE("where psql fails, the server reads the statements as they are cut here")
{
    TemporaryDatabase const db;
    db.exec("CREATE TABLE a (\"case\" int); CREATE DOMAIN begin AS int");
    auto const statements = split(contents(fs::path(SPLIT_CORPUS) / "psql_fails.sql"));
    CHECK(statements.size() == 8);
    for (auto const& statement : statements) CHECK_NOTHROW(db.exec(statement.text));
}

TEST_CASE("a byte order mark is an error to the server")
{
    TemporaryDatabase const db;
    CHECK_THROWS(db.exec("\xEF\xBB\xBFselect 1"));
    CHECK_THROWS(db.exec("\xEF\xBB\xBF-- nothing else"));
}
