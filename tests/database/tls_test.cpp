// SPDX-License-Identifier: MIT
#include "tls_server.hpp"

#include "article_tables.hpp"
#include "program.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace
{

/// With a table and a migration for the roles clerk and reader.
struct TlsArticles : TlsServer {
    TlsArticles()
    {
        exec(
            "CREATE ROLE owner; CREATE ROLE clerk LOGIN IN ROLE owner; CREATE ROLE reader LOGIN IN "
            "ROLE owner PASSWORD 'its secret'; GRANT CREATE ON DATABASE postgres TO owner; "
            "GRANT CREATE ON SCHEMA public TO owner");
        exec(articles_sql);
        exec("ALTER TABLE article OWNER TO owner; SET ROLE owner; CREATE TABLE nothing ()");
        std::filesystem::create_directory(file("migrations"));
        std::ofstream(file("migrations/1_add-title.sql"))
            << "ALTER TABLE article ADD COLUMN title text;\n";
    }

    /// `run --once`, `status`, `gate` and `migrate up`.
    std::vector<std::vector<std::string>> commands() const
    {
        return {{"run", "--once"},
                {"status"},
                {"gate", "article"},
                {"migrate", "up", "--migrations", file("migrations")}};
    }
};

Ended connect(std::vector<std::string> command, std::string const& url)
{
    command.insert(command.end(), {"--database", url, "--connect-wait", "0"});
    return run_program(std::move(command), {articles_to_mark()});
}

void check_all_work(TlsArticles const& server, std::string const& url)
{
    for (auto const& command : server.commands()) {
        CAPTURE(command[0]);
        auto const ended = connect(command, url);
        CAPTURE(ended.err);
        CHECK(ended.code == 0);
    }
}

/// A variable of this process, for a scope.
class Variable
{
public:
    Variable(char const* name, std::string const& value) : name_(name)
    {
        setenv(name, value.c_str(), 1);
    }
    ~Variable() { unsetenv(name_); }
    Variable(Variable const&) = delete;
    Variable& operator=(Variable const&) = delete;

private:
    char const* name_;
};

} // namespace

TEST_CASE("sslmode=verify-full and a client certificate work for every command")
{
    TlsArticles const server;
    check_all_work(server, server.clerk());
}

TEST_CASE("sslmode=verify-full and a PGPASSFILE work for every command")
{
    TlsArticles const server;
    auto const passfile = server.file("pgpass");
    std::ofstream(passfile) << "localhost:" << server.port() << ":*:reader:its secret\n";
    std::filesystem::permissions(passfile, std::filesystem::perms::owner_read);
    Variable const variable("PGPASSFILE", passfile);
    check_all_work(server, server.url("reader"));
    std::filesystem::permissions(passfile, std::filesystem::perms::group_read,
                                 std::filesystem::perm_options::add);
    auto const refused = connect({"status"}, server.url("reader"));
    CHECK(refused.code == 69);
    CHECK(refused.says("no password supplied"));
}

TEST_CASE("a wrong authority, host name or client certificate is refused with libpq's own words")
{
    TlsArticles const server;
    struct Wrong {
        std::string url{}, says{};
    };
    auto const wrong_key =
        "sslcert=" + server.file("stranger.crt") + " sslkey=" + server.file("stranger.key");
    for (auto const& [url, says] :
         {Wrong{server.clerk("sslrootcert=" + server.file("other_ca.crt")),
                "certificate verify failed"},
          Wrong{server.clerk("sslrootcert=" + server.file("none.crt")),
                "root certificate file \"" + server.file("none.crt") + "\" does not exist"},
          Wrong{server.clerk("host=127.0.0.1"), "does not match host name \"127.0.0.1\""},
          Wrong{server.url("clerk", "sslcert=" + server.file("none.crt")),
                "connection requires a valid client certificate"},
          Wrong{server.url("clerk", wrong_key), "unknown ca"},
          Wrong{server.clerk("sslmode=disable"), "no encryption"}}) {
        auto const expected = says;
        CAPTURE(expected);
        for (auto const& command : server.commands()) {
            CAPTURE(command[0]);
            auto const ended = connect(command, url);
            CAPTURE(ended.err);
            CHECK(ended.code == 69);
            CHECK(ended.says(expected));
        }
    }
}

TEST_CASE("while a daemon waits for a server that it does not trust, it says why at once")
{
    TlsArticles const server;
    for (auto const& command : server.commands()) {
        auto arguments = command;
        arguments.insert(arguments.end(),
                         {"--database", server.clerk("sslrootcert=" + server.file("other_ca.crt")),
                          "--connect-wait", "1h"});
        CAPTURE(command[0]);
        Program const program(arguments, {articles_to_mark()});
        await("the reason", [&] {
            auto const printed = program.printed();
            return printed.find("waits: the database cannot be reached") != std::string::npos &&
                   printed.find("certificate verify failed") != std::string::npos;
        });
    }
}
