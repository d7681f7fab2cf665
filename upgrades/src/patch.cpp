// SPDX-License-Identifier: MIT
#include <rowbot/patch.hpp>

#include <nlohmann/json.hpp>

namespace rowbot
{

PatchValue::Content PatchValue::content_of(Json const& value)
{
    return std::make_shared<Json const>(value);
}

Patch::Patch(std::initializer_list<Entry> entries)
{
    for (auto const& entry : entries)
        if (!values_.emplace(entry.column, entry.value).second)
            throw ConfigError("a patch names the column '" + entry.column +
                              "' twice; name it once");
}

Patch& Patch::set(std::string column, PatchValue value)
{
    values_.insert_or_assign(std::move(column), std::move(value));
    return *this;
}

} // namespace rowbot
