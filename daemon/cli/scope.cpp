// SPDX-License-Identifier: MIT
#include "cli/scope.hpp"

#include <algorithm>

namespace rowbot::cli
{
namespace
{

/// The last of these characters that stands outside of double quotes, or npos.
std::size_t last_outside_quotes(std::string_view text, char wanted)
{
    auto found = std::string_view::npos;
    bool quoted = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '"') quoted = !quoted;
        if (!quoted && text[at] == wanted) found = at;
    }
    if (quoted)
        throw ConfigError("'" + std::string(text) +
                          "' has a quotation mark without its other half");
    return found;
}

std::vector<std::string> split(std::string_view text)
{
    std::vector<std::string> elements(1);
    bool quoted = false;
    for (char const c : text) {
        if (c == '"') quoted = !quoted;
        bool const separates = c == ' ' || c == ',' || c == '\t' || c == '\n' || c == '\r';
        if (quoted || !separates)
            elements.back() += c;
        else if (!elements.back().empty())
            elements.emplace_back();
    }
    if (elements.back().empty()) elements.pop_back();
    return elements;
}

template <class T>
void check(char const* option, Scoped<T> const& values, std::vector<Table> const& tables)
{
    for (auto const& [scope, value] : values.values()) {
        if (scope.empty()) continue;
        auto const target = parse_target(scope);
        auto const table = std::find_if(tables.begin(), tables.end(), [&](auto const& candidate) {
            return candidate.name == target.table;
        });
        if (table == tables.end())
            throw ConfigError(std::string(option) + ": no table '" + target.table +
                              "' is registered; write its name as the program does");
        bool const known = target.upgrade.empty() || table->cleanups.contains(target.upgrade) ||
                           std::any_of(table->upgrades.begin(), table->upgrades.end(),
                                       [&](auto const& u) { return u.name == target.upgrade; });
        if (!known)
            throw ConfigError(std::string(option) + ": the table '" + target.table +
                              "' has no upgrade and no cleanup '" + target.upgrade + "'");
    }
}

} // namespace

Target parse_target(std::string_view text)
{
    auto const slash = last_outside_quotes(text, '/');
    Target target{.table = std::string(text.substr(0, slash))};
    if (slash != std::string_view::npos) target.upgrade = text.substr(slash + 1);
    if (target.table.empty() || (slash != std::string_view::npos && target.upgrade.empty()))
        throw ConfigError("'" + std::string(text) +
                          "' names nothing; write TABLE or TABLE/UPGRADE");
    return target;
}

std::vector<ScopedText> parse_scoped_list(std::string_view text)
{
    std::vector<ScopedText> list;
    for (auto const& element : split(text)) {
        auto const equals = last_outside_quotes(element, '=');
        if (equals == std::string::npos) {
            list.push_back({.value = element});
        } else {
            auto const scope = element.substr(0, equals);
            parse_target(scope);
            list.push_back({.scope = scope, .value = element.substr(equals + 1)});
        }
    }
    return list;
}

void check_scopes(WorkerOptions const& options, std::vector<Table> const& tables)
{
    check("batch-rows", options.batch_rows, tables);
    check("batch-target-ms", options.batch_target, tables);
    check("cleanup-batch-rows", options.cleanup_batch_rows, tables);
    check("cleanup-after", options.cleanup_after, tables);
}

} // namespace rowbot::cli
