// SPDX-License-Identifier: MIT
#include <rowbot/upgrade.hpp>

#include <algorithm>

namespace rowbot
{

NameList::NameList(std::initializer_list<Name> names)
{
    for (auto const& name : names) names_.push_back(name.text);
}

bool NameList::contains(std::string_view name) const noexcept
{
    return std::find(names_.begin(), names_.end(), name) != names_.end();
}

} // namespace rowbot
