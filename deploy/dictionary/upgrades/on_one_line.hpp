// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace dictionary
{

/// Runs of spaces and line breaks become one space, and none at the ends: links and tags are broken
/// across lines like everything else in the text.
inline std::string on_one_line(std::string_view text)
{
    std::string line;
    for (char const c : text) {
        if (c != ' ' && c != '\n')
            line += c;
        else if (!line.empty() && line.back() != ' ')
            line += ' ';
    }
    if (line.ends_with(' ')) line.pop_back();
    return line;
}

} // namespace dictionary
