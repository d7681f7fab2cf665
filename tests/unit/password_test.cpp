// SPDX-License-Identifier: MIT
#include "cli/connection_string.hpp"
#include "cli/password_file.hpp"
#include "store/password.hpp"
#include "temporary_folder.hpp"

#include <rowbot/errors.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <vector>

using namespace rowbot;
using namespace rowbot::cli;

namespace
{

/// What is left of a program's arguments.
std::string blanked(std::vector<std::string> arguments)
{
    std::vector<char*> argv;
    for (auto& argument : arguments) argv.push_back(argument.data());
    blank_passwords(static_cast<int>(argv.size()), argv.data());
    std::string all;
    for (auto const& argument : arguments) all += (all.empty() ? "" : "|") + argument;
    return all;
}

std::string refusal(std::string const& connection)
{
    try {
        check_connection_string(connection);
        return "";
    } catch (ConfigError const& e) {
        return e.what();
    }
}

/// PGPASSWORD as it was before, at the end of the scope.
class KeptVariable
{
public:
    KeptVariable()
    {
        if (char const* const value = std::getenv("PGPASSWORD")) before_ = value;
        unsetenv("PGPASSWORD");
    }
    ~KeptVariable()
    {
        before_.empty() ? unsetenv("PGPASSWORD") : setenv("PGPASSWORD", before_.c_str(), 1);
    }
    KeptVariable(KeptVariable const&) = delete;
    KeptVariable& operator=(KeptVariable const&) = delete;

    static std::string value()
    {
        char const* const value = std::getenv("PGPASSWORD");
        return value == nullptr ? "" : value;
    }

private:
    std::string before_{};
};

} // namespace

TEST_CASE("passwords among a program's arguments are overwritten, and nothing else")
{
    CHECK(blanked({"rowbot", "run", "--database", "postgresql://u:secret@h/db?sslmode=require",
                   "--once"}) ==
          "rowbot|run|--database|postgresql://u:******@h/db?sslmode=require|--once");
    CHECK(blanked({"rowbot", "--database=postgresql://u:secret@h/db"}) ==
          "rowbot|--database=postgresql://u:******@h/db");
    CHECK(blanked({"rowbot", "--direct-url=host=h password='a b' user=u"}) ==
          "rowbot|--direct-url=host=h password=***** user=u");
    CHECK(blanked({"rowbot", "--database", "host=h password=secret sslpassword=other"}) ==
          "rowbot|--database|host=h password=****** sslpassword=*****");
    CHECK(blanked({"rowbot", "--database", "postgresql:///db?user=u&password=secret&host=h"}) ==
          "rowbot|--database|postgresql:///db?user=u&password=******&host=h");
    CHECK(blanked({"password=name", "run", "--reason", "a=b", "--batch-rows", "article/x=20",
                   ""}) == "password=name|run|--reason|a=b|--batch-rows|article/x=20|");
}

TEST_CASE("passwords are overwritten in a misspelt flag, too, and where no flag belongs")
{
    CHECK(blanked({"rowbot", "--databse=postgresql://u:secret@h/db"}) ==
          "rowbot|--databse=postgresql://u:******@h/db");
    CHECK(blanked({"rowbot", "status", "x=postgresql://u:secret@h/db"}) ==
          "rowbot|status|x=postgresql://u:******@h/db");
    CHECK(blanked({"rowbot", "-database=password=secret"}) == "rowbot|-database=password=******");
    CHECK(blanked({"rowbot", "--password=secret"}) == "rowbot|--password=******");
    CHECK(blanked({"rowbot", "--password-file=/run/x", "--http=unix:/run/y"}) ==
          "rowbot|--password-file=/run/x|--http=unix:/run/y");
}

TEST_CASE("a message shows no password, whatever stands around it")
{
    auto const shown = [](std::string const& text) { return without_password(text); };
    CHECK(shown("rowbot: --databse=postgresql://u:secret@h/db: no such option") ==
          "rowbot: --databse=postgresql://u:***@h/db: no such option");
    CHECK(shown("x='postgresql://u:secret@h/db' is not allowed") ==
          "x='postgresql://u:***@h/db' is not allowed");
    CHECK(shown("a=postgresql://u:secret@h/db b=\"postgres://v:secret@h/db\"") ==
          "a=postgresql://u:***@h/db b=\"postgres://v:***@h/db\"");
    CHECK(shown("host=h password=secret, then postgresql://u:secret@h/db") ==
          "host=h password=*** then postgresql://u:***@h/db");
    CHECK(shown("'host=h password=secret' and 'sslpassword = secret'") ==
          "'host=h password=*** and 'sslpassword = ***");
    CHECK(shown("--databse='host=h password='it\\'s secret' user=u'") ==
          "--databse='host=h password=*** user=u'");
    CHECK(shown("PGPASSWORD=secret rowbot") == "PGPASSWORD=*** rowbot");
    CHECK(shown("a=postgresql:///db?password=secret&user=u") ==
          "a=postgresql:///db?password=***&user=u");
    CHECK(shown("what no connection is: a=b, https://example.org/x?y=z, password, u@h") ==
          "what no connection is: a=b, https://example.org/x?y=z, password, u@h");
    // Nobody knows where these end.
    for (char const* const text :
         {"postgresql://h/db postgresql://u:secret@h", "x=postgresql://u:se://secret@h",
          "'postgresql://u:s/secret@h/db'", "postgresql:///db?a=b&password=the secret&x=y",
          "postgresql://u:a secret@h/db=x", "postgresql://u:a=secret@h/db",
          "a=postgres://u@h/db?password=secret: b=postgres://u:secret@h"}) {
        CAPTURE(text);
        CHECK(shown(text).find("secret") == std::string::npos);
    }
}

TEST_CASE("a connection string that libpq cannot read is refused, and its password is not shown")
{
    for (char const* const right :
         {"", "host=h", "host=h password='it\\'s'",
          "postgresql://u:p@h:5432/db?sslmode=verify-full", "postgres://u:s%40cret@h",
          "postgres://u:s?c#ret@h", "postgresql:///db?host=/run&password=a%26b", "service=x",
          "postgresql://u:p@a:1,b:2/db?target_session_attrs=read-write", "password= host=h"})
        CHECK(refusal(right).empty());
    CHECK(refusal("articles") ==
          "the connection string of the database is malformed: missing \"=\" "
          "after \"articles\" in connection info string");
    CHECK(refusal("postgresql://u:secret@h/db?sslmod=x").find("\"sslmod\"") != std::string::npos);
    for (std::string const wrong :
         {"postgresql://u:se%zzcret@h/db", "postgresql://u:se@cret@h/db",
          "postgresql://u:se/cret@h/db", "u:secret@h/db", "u:se=cret@h/db",
          "host=h password='secret", "host=h password=a secret",
          "postgresql://u@h/db?password=se=cret", "postgresql://u:secret@h/db?sslmod=x"}) {
        CAPTURE(wrong);
        auto const why = refusal(wrong);
        CHECK(why.starts_with("the connection string of the database is malformed: "));
        // The words of `password=a secret` are two options to everybody.
        if (wrong != "host=h password=a secret") CHECK(why.find("cret") == std::string::npos);
    }
}

TEST_CASE("the first line of the password file is the password, where there is none yet")
{
    KeptVariable const kept;
    TemporaryFolder const folder;
    auto const file = (folder.path() / "password").string();
    for (char const* const text : {"it's secret", "it's secret\n", "it's secret\r\nmore\n"}) {
        unsetenv("PGPASSWORD");
        folder.write("password", text);
        use_password_file(file);
        CHECK(kept.value() == "it's secret");
    }
    setenv("PGPASSWORD", "", 1); // as an empty variable of a unit file
    use_password_file(file);
    CHECK(kept.value() == "it's secret");
    setenv("PGPASSWORD", "first", 1);
    use_password_file(file);
    CHECK(kept.value() == "first");
}

TEST_CASE("a password file that is missing, empty or none is named, and its content is not shown")
{
    KeptVariable const kept;
    TemporaryFolder const folder;
    auto const refused = [&](std::string const& name, std::string const& why) {
        auto const file = (folder.path() / name).string();
        CHECK_THROWS_WITH_AS(use_password_file(file),
                             ("--password-file " + file + ": " + why).c_str(), ConfigError);
        CHECK(kept.value().empty());
    };
    refused("nothing", "it cannot be read: No such file or directory");
    refused(".", "it cannot be read: Is a directory");
    for (char const* const text : {"", "\n", "\r\n", "\nsecond line"}) {
        folder.write("empty", text);
        refused("empty", "its first line is empty; write the password there");
    }
    folder.write("zero", std::string_view("sec\0ret\n", 8));
    refused("zero", "its first line has a zero byte, which no password can have");
    folder.write("long", std::string(5000, 's'));
    refused("long", "its first line is too long for a password");
}
