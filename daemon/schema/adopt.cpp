// SPDX-License-Identifier: MIT
#include "schema/adopt.hpp"

#include "schema/other_tools.hpp"
#include "schema/sql_lexer.hpp"

#include <algorithm>
#include <fstream>

namespace rowbot::schema
{
namespace
{

std::vector<std::string> adopt_in_place(Inspection const& found, std::string const& table)
{
    std::string all;
    for (auto const& error : found.plan.errors) all += (all.empty() ? "" : "\n") + error;
    if (!all.empty()) throw MigrationError(all);
    auto said = found.plan.warnings;
    for (auto const& file : found.files)
        if (file.js && file.id <= found.plan.applied)
            said.push_back(file.file + " is applied; it cannot be compared, and Rowbot would not "
                                       "run it in another database: keep its SQL beside it");
    said.push_back(table + " is used as it is: " + std::to_string(found.plan.applied) +
                   " migrations are applied, " + std::to_string(found.plan.pending.size()) +
                   " are to be run");
    return said;
}

void write_new(std::filesystem::path const& path, std::string const& text)
{
    if (std::filesystem::exists(path)) throw ConfigError(path.string() + ": exists already");
    std::ofstream out(path, std::ios::binary);
    out << text;
    if (!out.flush()) throw ConfigError(path.string() + ": cannot be written");
}

/// Letters, digits, hyphens: what `rowbot migrate new` allows.
std::string plain(std::string name)
{
    for (auto& c : name)
        if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '-';
    return name.empty() ? "unnamed" : name.substr(0, 80);
}

/// A file's last statement needs no semicolon, unless another file follows it.
bool ends_with_semicolon(std::string const& sql)
{
    SqlLexer lexer(sql);
    bool ends = true;
    for (auto token = lexer.next(); token.kind != Token::Kind::end; token = lexer.next())
        if (!is_blank(token)) ends = lexer.text(token) == ";";
    return ends;
}

std::string baseline_text(OtherTool const& tool, std::vector<ForeignFile> const& files)
{
    std::string text = "-- What " + tool.name + " had applied when Rowbot took over.\n";
    for (auto const& file : files)
        if (file.applied)
            text += "\n-- " + file.name + "\n" + file.sql +
                    (ends_with_semicolon(file.sql) ? "" : "\n;\n");
    return text;
}

std::vector<std::string> convert(MigrateOptions const& options, OtherTool const& tool,
                                 std::vector<ForeignFile> const& files)
{
    std::filesystem::path const directory(options.directory);
    std::vector<std::string> said;
    int id = 1;
    write_new(directory / "0001_baseline.sql", baseline_text(tool, files));
    for (auto const& file : files) {
        if (file.applied) continue;
        auto number = std::to_string(++id);
        number.insert(0, number.size() < 4 ? 4 - number.size() : 0, '0');
        write_new(directory / (number + "_" + plain(file.name) + ".sql"), file.sql);
    }
    baseline(options, 1);
    said.emplace_back("0001_baseline.sql was written and recorded as applied; it is what a new "
                      "database begins with, so read it once");
    if (id > 1) said.push_back(std::to_string(id - 1) + " files that are to be run were written");
    said.push_back(tool.table + " was not changed; drop it when nobody needs " + tool.name +
                   " any more");
    return said;
}

} // namespace

std::vector<std::string> adopt(MigrateOptions const& options, std::string const& from)
{
    auto const session = connect(options, "rowbot migrate");
    MigrationsTable const table(*session, options.schema, options.table);
    auto const found = inspect(*session, options, table);
    if (found.rows) return adopt_in_place(found, table.name());

    auto const tool = find_other_tool(*session, table.schema());
    if (tool.kind == OtherTool::Kind::none)
        throw ConfigError("there is nothing to adopt: the schema " + table.schema() +
                          " has no table '" + options.table +
                          "' and none of another tool; rowbot migrate up begins a new one");
    if (tool.kind == OtherTool::Kind::refused)
        throw ConfigError(tool.table + " belongs to " + tool.name +
                          ", which Rowbot cannot convert; dump the schema into a file "
                          "1_baseline.sql, and run: rowbot migrate baseline 1");
    if (from.empty())
        throw ConfigError(tool.table + " belongs to " + tool.name +
                          "; name the folder of its files with --from");
    if (!found.files.empty())
        throw ConfigError(options.directory + ": is not empty; the migrations of " + tool.name +
                          " are written into an empty folder");
    return convert(options, tool, read_foreign_files(*session, tool, from));
}

} // namespace rowbot::schema
