// SPDX-License-Identifier: MIT
#include "child_process.hpp"
#include "private_server.hpp"
#include "walked_table.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace
{

std::string const right = "r1ght-s3cret", wrong = "wr0ng-s3cret";

/// A server that asks everybody but its owner for a password, and a table to be walked by the role
/// clerk, in a schema of its own for `rowbot migrate`.
struct GuardedServer {
    GuardedServer()
        : server("local all postgres trust\nlocal all all scram-sha-256\n"),
          table(server.url(), 500), file(server.folder() + "/password")
    {
        table.exec("CREATE ROLE clerk LOGIN PASSWORD '" + right +
                   "'; ALTER TABLE article OWNER TO "
                   "clerk; GRANT CREATE ON DATABASE postgres TO clerk; GRANT CREATE ON SCHEMA "
                   "public TO clerk");
        std::filesystem::create_directory(server.folder() + "/migrations");
        std::ofstream(server.folder() + "/migrations/1_index.sql")
            << "-- postgres-migrations disable-transaction\n"
               "CREATE INDEX CONCURRENTLY article_number ON article (number);\n";
    }

    std::string address() const { return "?host=" + server.folder() + "&port=5432&user=clerk"; }
    std::string keywords() const { return server.url("clerk"); }

    /// All that the database keeps and shows: who is connected with what, and the state of Rowbot.
    std::string shown() const
    {
        std::string all = table.value("SELECT string_agg(a::text, ' ') FROM pg_stat_activity a");
        auto const tables =
            table.value("SELECT string_agg(c.oid::regclass::text, ',') FROM pg_class "
                        "c WHERE c.relkind = 'r' AND c.relnamespace = "
                        "'rowbot'::regnamespace");
        std::istringstream names(tables);
        for (std::string name; std::getline(names, name, ',');)
            all += table.value("SELECT coalesce(string_agg(t::text, ' '), '') FROM " + name + " t");
        return all;
    }

    PrivateServer server;
    WalkedTable table;
    std::string file;
};

/// A way to hand the password over: what stands before the program, and after it.
struct Way {
    std::string name{};
    std::vector<std::string> before{}, after{};
};

std::vector<Way> ways(GuardedServer const& guarded, std::string const& password)
{
    std::ofstream(guarded.file) << password << '\n';
    auto const address = guarded.address(), keywords = guarded.keywords();
    auto const url = "postgresql://clerk:" + password + "@/postgres" + address;
    return {{"URL", {}, {"--database", url}},
            {"parameter",
             {},
             {"--database=postgresql:///postgres" + address + "&password=" + password}},
            {"keywords", {}, {"--database", keywords + " password='" + password + "'"}},
            {"DATABASE_URL", {"env", "DATABASE_URL=" + url}, {}},
            {"PGPASSWORD", {"env", "PGPASSWORD=" + password}, {"--database", keywords}},
            {"file", {}, {"--database", keywords, "--password-file", guarded.file}},
            {"ROWBOT_PASSWORD_FILE",
             {"env", "ROWBOT_PASSWORD_FILE=" + guarded.file},
             {"--database", keywords}}};
}

std::vector<std::string> command(Way const& way, std::vector<std::string> const& words,
                                 std::vector<std::string> const& more = {})
{
    auto all = way.before;
    all.emplace_back(TEST_DAEMON);
    all.insert(all.end(), words.begin(), words.end());
    all.insert(all.end(), way.after.begin(), way.after.end());
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

bool shows(std::string const& text, std::string const& secret)
{
    return text.find(secret) != std::string::npos;
}

std::string proc(pid_t pid, std::string const& what)
{
    std::ifstream in("/proc/" + std::to_string(pid) + "/" + what, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::vector<std::string>> commands(GuardedServer const& guarded)
{
    auto const migrations = guarded.server.folder() + "/migrations";
    return {{"run", "--once", "--progress", "never"},
            {"status", "--json"},
            {"gate", "article"},
            {"migrate", "up", "--migrations", migrations},
            {"migrate", "status", "--migrations", migrations},
            {"migrate", "wait", "--migrations", migrations}};
}

} // namespace

TEST_CASE("a right password reaches every connection, whichever way it comes, and is never shown")
{
    GuardedServer const guarded;
    bool json = false;
    for (auto const& way : ways(guarded, right)) {
        CAPTURE(way.name);
        json = !json;
        guarded.table.exec("DROP INDEX IF EXISTS article_number; DROP TABLE IF EXISTS migrations;"
                           "DROP SCHEMA IF EXISTS rowbot CASCADE");
        for (auto const& words : commands(guarded)) {
            CAPTURE(words[0] + words[1]);
            ChildProcess child(command(
                way, words, {"--log-level", "debug", "--log-format", json ? "json" : "text"}));
            auto const code = child.exit_code();
            auto const said = child.said();
            CAPTURE(said);
            CHECK(code == 0);
            CHECK_FALSE(shows(said, right));
        }
        CHECK_FALSE(shows(guarded.shown(), right));
    }
}

TEST_CASE("the way around a pooler gets the password of the file, too")
{
    GuardedServer const guarded;
    auto const way = ways(guarded, right).at(5);
    ChildProcess child(command(way, {"migrate", "up", "--direct-url", guarded.keywords(),
                                     "--migrations", guarded.server.folder() + "/migrations"}));
    auto const code = child.exit_code();
    CAPTURE(child.said());
    CHECK(code == 0);
    CHECK(guarded.table.value("SELECT to_regclass('article_number') IS NOT NULL") == "t");
}

TEST_CASE("a running daemon shows its password in no list of processes, nor in the database")
{
    GuardedServer const guarded;
    for (auto const& way : ways(guarded, right)) {
        CAPTURE(way.name);
        guarded.table.exec("UPDATE article SET number = id, applied_upgrades = '{}'; "
                           "DROP SCHEMA IF EXISTS rowbot CASCADE");
        ChildProcess daemon(command(way, {"run", "--progress", "never"}, {"--log-level", "debug"}));
        guarded.table.await("the walk to begin", "SELECT to_regclass('rowbot.walk') IS NOT NULL");
        guarded.table.await_complete();
        auto const arguments = proc(daemon.pid(), "cmdline");
        CHECK(shows(arguments, "--log-level"));
        CHECK_FALSE(shows(arguments, right));
        if (way.name.find("file") != std::string::npos ||
            way.name.find("FILE") != std::string::npos)
            CHECK_FALSE(shows(proc(daemon.pid(), "environ"), right));
        auto const shown = guarded.shown();
        CHECK(shows(shown, ",clerk,")); // its sessions
        CHECK_FALSE(shows(shown, right));
        daemon.send(SIGTERM);
        CHECK(daemon.exit_code() == 0);
        CHECK_FALSE(shows(daemon.said(), right));
    }
}

TEST_CASE("a wrong password is refused and never shown, whichever way it comes")
{
    GuardedServer const guarded;
    bool json = true;
    for (auto const& way : ways(guarded, wrong)) {
        json = !json;
        for (auto const& words : commands(guarded)) {
            bool const waits = words[1] == "wait"; // for anything, as long as --timeout
            CAPTURE(way.name);
            CAPTURE(words[0] + words[1]);
            ChildProcess child(
                command(way, words,
                        {"--log-level", "debug", "--log-format", json ? "json" : "text",
                         waits ? "--timeout" : "--connect-wait", "1ms"}));
            auto const code = child.exit_code();
            auto const said = child.said();
            CAPTURE(said);
            CHECK(code == (waits ? 3 : 69));
            CHECK(shows(said, "password authentication failed for user"));
            CHECK_FALSE(shows(said, wrong));
        }
    }
}

TEST_CASE("an unreachable server and a malformed URL show no password either")
{
    for (auto const& [url, code] :
         {std::pair{"postgresql://clerk:wr0ng-s3cret@127.0.0.1:1/db", 69},
          std::pair{"postgresql://clerk:wr0ng-s3cret@nowhere.invalid/db", 69},
          std::pair{"postgresql://clerk:wr0ng-s3cret@h/db?sslmod=x", 64},
          std::pair{"postgresql://clerk:x%zzwr0ng-s3cret@h/db", 64},
          std::pair{"postgresql://clerk:x@wr0ng-s3cret@h/db", 64},
          std::pair{"clerk:wr0ng-s3cret@h/db", 64}}) {
        std::string const given = url; // clang 14 cannot capture a structured binding
        CAPTURE(given);
        int const expected = code;
        for (auto const& words :
             {std::vector<std::string>{"run", "--once"}, {"status", "--json"}}) {
            std::vector<std::string> all{TEST_DAEMON, "--database", url, "--log-level", "debug"};
            if (expected == 69) all.insert(all.end(), {"--connect-wait", "0"});
            all.insert(all.end(), words.begin(), words.end());
            ChildProcess child(all);
            CHECK(child.exit_code() == expected);
            auto const said = child.said();
            CAPTURE(said);
            CHECK_FALSE(said.empty());
            CHECK_FALSE(shows(said, wrong));
        }
    }
}

TEST_CASE("a command line that is wrong shows no password either")
{
    std::string const url = "postgresql://clerk:wr0ng-s3cret@h/db";
    for (auto const& words : {std::vector<std::string>{"run", "--databse=" + url},
                              {"run", "--datab=" + url},
                              {"run", "--databse", url},
                              {"status", "x=" + url},
                              {"status", "'" + url + "'"},
                              {"status", "x=host=h password='" + wrong + "'"},
                              {"status", "--databse=password=" + wrong},
                              {"status", "--once=" + url},
                              {"run", "--duty=" + url},
                              {"x=" + url}}) {
        CAPTURE(words.back());
        std::vector<std::string> all{TEST_DAEMON};
        all.insert(all.end(), words.begin(), words.end());
        ChildProcess child(all);
        CHECK(child.exit_code() == 64);
        auto const said = child.said();
        CAPTURE(said);
        CHECK_FALSE(said.empty());
        CHECK_FALSE(shows(said, wrong));
    }
}
