// SPDX-License-Identifier: MIT
#include "cli/commands.hpp"
#include "cli/terminal_text.hpp"
#include "store/grants.hpp"

#include <algorithm>

namespace rowbot::cli
{
namespace
{

Access access_of(std::string const& purpose)
{
    return purpose == "read" ? Access::read : purpose == "watch" ? Access::watch : Access::walk;
}

bool is_ascii(std::string const& text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return c > 0; });
}

} // namespace

ExitCode grant(CommandLine const& line, Program const& program, std::ostream& out)
{
    if (line.role.empty()) throw ConfigError("--role is missing: the role that gets the rights");
    auto const connected = connect(line, "rowbot grant");
    Session& session = *connected;
    Work work(session, Purpose::read); // for its settings: names are read in UTF-8
    GrantRequest const request{.table =
                                   table_name(session, parse_target(line.arguments.at(0)).table),
                               .role = line.role,
                               .access = access_of(line.purpose),
                               .carried = program.tables,
                               .migrations_table = line.worker.migrations_table};
    auto const grants = grants_for(session, request);

    // In a comment a line break of a name would end the comment.
    out << "-- " << line.purpose << " " << printable(request.table) << ", for the role "
        << printable(line.role) << "; for psql\n";
    std::string sql;
    for (auto const& statement : grants.statements) sql += statement + "\n";
    if (!is_ascii(sql)) out << "SET client_encoding = 'UTF8';\n";
    out << "BEGIN;\n" << sql << "COMMIT;\n";
    for (auto const& text : grants.notes) out << "-- " << printable(text) << "\n";
    return ExitCode::done;
}

} // namespace rowbot::cli
