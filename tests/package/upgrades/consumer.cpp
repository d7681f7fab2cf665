// SPDX-License-Identifier: MIT
#include <rowbot/testing.hpp>

int main()
{
    rowbot::Table const table{
        .name = "article",
        .upgrades = {{.name = "double", .apply = [](rowbot::Row const& row) -> rowbot::Patch {
                          return {{"n", 2 * row.get<int>("n")}};
                      }}}};
    rowbot::validate({table});
    rowbot::Columns const columns{{.name = "n", .type = {"integer", rowbot::TypeKind::integer}}};
    rowbot::Row const row(std::make_shared<rowbot::Columns const>(columns), "article", "1",
                          {rowbot::Value::of("21")});
    rowbot::testing::TableUnderTest const tested(table, {{"n", "int"}});
    return apply(table, row, rowbot::Where::reading).row.get<int>("n") == 42 &&
                   tested.upgraded({{"n", "21"}}).text("n") == "42"
               ? 0
               : 1;
}
