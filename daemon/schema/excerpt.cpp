// SPDX-License-Identifier: MIT
#include "schema/glyph.hpp"
#include "schema/place.hpp"
#include "schema/sql_lexer.hpp"

#include <algorithm>
#include <vector>

namespace rowbot::schema
{
namespace
{

/// A line, or as much of a very long one as can matter.
struct Line {
    std::vector<Glyph> glyphs{};
    std::size_t marked = 0; ///< Which of them; their number, for the end.
    bool cut_left = false, cut_right = false;
};

void add_glyphs(std::string_view text, std::size_t from, std::size_t to, std::vector<Glyph>& glyphs)
{
    while (from < to) {
        auto [glyph, bytes] = first_glyph(text.substr(from, to - from));
        glyphs.push_back(std::move(glyph));
        from += bytes;
    }
}

Line line_around(std::string_view text, std::size_t offset, std::size_t reach)
{
    if (offset > 0 && offset < text.size() && text[offset] == '\n' && text[offset - 1] == '\r')
        --offset;
    offset = std::clamp(offset, byte_order_mark(text), text.size());
    std::size_t begin = text.substr(0, offset).find_last_of("\r\n") + 1; // npos + 1 is 0
    begin = std::max(begin, byte_order_mark(text));
    std::size_t end = std::min(text.find_first_of("\r\n", offset), text.size());
    Line line{.cut_left = offset - begin > reach, .cut_right = end - offset > reach};
    if (line.cut_left) begin = offset - reach;
    if (line.cut_right) end = offset + reach;
    add_glyphs(text, begin, offset, line.glyphs);
    line.marked = line.glyphs.size();
    add_glyphs(text, offset, end, line.glyphs);
    return line;
}

std::size_t width_of(std::vector<Glyph> const& glyphs)
{
    std::size_t width = 0;
    for (Glyph const& glyph : glyphs) width += glyph.width;
    return width;
}

/// Leaves two thirds of the width to what is left of the mark, or more where little follows.
void cut(Line& line, std::size_t columns)
{
    if (!line.cut_left && !line.cut_right && width_of(line.glyphs) <= columns) return;
    std::size_t const room = columns > 2 ? columns - 2 : 1; // without the two ellipses
    std::size_t left = line.marked, right = line.marked, width = 0;
    auto const extend_left = [&](std::size_t most) {
        while (left > 0 && width + line.glyphs[left - 1].width <= most)
            width += line.glyphs[--left].width;
    };
    extend_left(room * 2 / 3);
    while (right < line.glyphs.size() && width + line.glyphs[right].width <= room)
        width += line.glyphs[right++].width;
    extend_left(room);
    line.cut_left = line.cut_left || left > 0;
    line.cut_right = line.cut_right || right < line.glyphs.size();
    line.glyphs = {line.glyphs.begin() + static_cast<std::ptrdiff_t>(left),
                   line.glyphs.begin() + static_cast<std::ptrdiff_t>(right)};
    line.marked -= left;
}

} // namespace

std::string excerpt(std::string_view text, std::size_t offset, std::size_t columns)
{
    // A line of a gigabyte is not looked at as a whole to be cut.
    constexpr std::size_t bytes_of_column = 16;
    Line line = line_around(text, offset, columns * bytes_of_column);
    cut(line, columns);
    std::string shown = line.cut_left ? "…" : "", marker = line.cut_left ? " " : "";
    for (std::size_t i = 0; i < line.glyphs.size(); ++i) {
        shown += line.glyphs[i].bytes;
        if (i < line.marked) marker.append(line.glyphs[i].width, ' ');
    }
    return shown + (line.cut_right ? "…" : "") + "\n" + marker + "^";
}

} // namespace rowbot::schema
