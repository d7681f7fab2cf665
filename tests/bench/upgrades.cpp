// SPDX-License-Identifier: MIT
#include "upgrades.hpp"

#include <nlohmann/json.hpp>

#include <cctype>

namespace bench
{
namespace
{

std::string tidy(std::string const& text)
{
    std::string tidied;
    for (auto const c : text)
        if (c != ' ') tidied += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return tidied;
}

} // namespace

rowbot::Table document_table(std::string const& name)
{
    return {.name = name,
            .upgrades = {{.name = "content-to-jsonb",
                          .apply = [](rowbot::Row const& document) -> rowbot::Patch {
                              return {{"content2", document.get<rowbot::Json>("content")}};
                          },
                          .reads = {"content"},
                          .writes = {"content2"}}}};
}

rowbot::Table person_table(std::size_t upgrades)
{
    rowbot::Table table{.name = "person"};
    for (std::string const column : {"name", "email", "city", "phone", "status"}) {
        if (table.upgrades.size() == upgrades) break;
        table.upgrades.push_back({.name = "tidy-" + column,
                                  .apply = [column](rowbot::Row const& person) -> rowbot::Patch {
                                      return rowbot::Patch{}.set(
                                          column, tidy(person.get<std::string>(column)));
                                  },
                                  .reads = {column},
                                  .writes = {column}});
    }
    return table;
}

} // namespace bench
