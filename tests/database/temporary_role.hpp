// SPDX-License-Identifier: MIT
#pragma once

// A role without any right in a test's database; dropped at the end.

#include "program.hpp"

#include <doctest/doctest.h>

class TemporaryRole
{
public:
    /// Its name begins with `name` and is unlike every other's.
    explicit TemporaryRole(TemporaryDatabase const& db, std::string const& name = "clerk_")
        : db_(db), name_(name + db.name())
    {
        db_.exec("CREATE ROLE " + quoted() + " LOGIN");
    }
    ~TemporaryRole()
    {
        try {
            db_.exec("DROP OWNED BY " + quoted() + "; DROP ROLE " + quoted());
        } catch (std::exception const& e) {
            MESSAGE(e.what());
        }
    }
    TemporaryRole(TemporaryRole const&) = delete;
    TemporaryRole& operator=(TemporaryRole const&) = delete;

    std::string const& name() const { return name_; }
    /// Of the test's database, as this role: of two users, libpq takes the last.
    std::string url() const { return db_.url() + " user=" + marked(name_, "'", "\\'"); }
    void grant(std::string const& right) const { db_.exec("GRANT " + right + " TO " + quoted()); }

    Ended run(std::vector<std::string> arguments, std::vector<rowbot::Table> tables) const
    {
        arguments.insert(arguments.end(), {"--database", url()});
        return run_program(std::move(arguments), std::move(tables));
    }

private:
    std::string quoted() const { return marked(name_, "\"", "\"\""); }

    /// The text between two marks, each mark in it (and, for libpq, each backslash) escaped.
    static std::string marked(std::string const& text, std::string const& mark,
                              std::string const& escaped)
    {
        std::string out = mark;
        for (char const c : text)
            out += c == mark[0] ? escaped : c == '\\' && mark == "'" ? "\\\\" : std::string(1, c);
        return out + mark;
    }

    TemporaryDatabase const& db_;
    std::string name_;
};
