// SPDX-License-Identifier: MIT
#include "report.hpp"

#include <algorithm>
#include <cstdio>
#include <iostream>

namespace bench
{
namespace
{

/// Characters, not bytes: `µ` is one.
std::size_t width(std::string const& text)
{
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

} // namespace

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    auto const middle = values.size() / 2;
    return values.size() % 2 == 1 ? values.at(middle)
                                  : (values.at(middle - 1) + values.at(middle)) / 2;
}

std::string fixed(double value, int digits)
{
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
}

std::string grouped(std::int64_t value)
{
    auto text = std::to_string(value);
    for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
        text.insert(static_cast<std::size_t>(at), ",");
    return text;
}

std::string mebibytes(double bytes)
{
    return fixed(bytes / (1024 * 1024), 1);
}

void print_table(std::vector<Line> const& lines)
{
    std::vector<std::size_t> widths(lines.at(0).size(), 3);
    for (auto const& line : lines)
        for (std::size_t i = 0; i < line.size(); ++i)
            widths[i] = std::max(widths[i], width(line[i]));
    for (std::size_t i = 0; i < lines.size(); ++i) {
        for (std::size_t column = 0; column < widths.size(); ++column) {
            auto const& text = lines[i].at(column);
            std::string const space(widths[column] - width(text), ' ');
            std::cout << "| " << (column == 0 ? text + space : space + text) << ' ';
        }
        std::cout << "|\n";
        if (i > 0) continue;
        for (std::size_t column = 0; column < widths.size(); ++column)
            std::cout << '|' << std::string(widths[column] + 1, '-') << (column == 0 ? '-' : ':');
        std::cout << "|\n";
    }
    std::cout << std::endl;
}

void Targets::add(std::string what, std::string relation, double wanted, double measured, bool met)
{
    if (lines_.empty()) lines_.push_back({"target", "wanted", "measured", ""});
    lines_.push_back({std::move(what), relation + " " + fixed(wanted, 2), fixed(measured, 3),
                      met ? "met" : "MISSED"});
}

void Targets::at_least(std::string what, double wanted, double measured)
{
    add(std::move(what), "≥", wanted, measured, measured >= wanted);
}

void Targets::at_most(std::string what, double wanted, double measured)
{
    add(std::move(what), "≤", wanted, measured, measured <= wanted);
}

void Targets::print() const
{
    if (!lines_.empty()) print_table(lines_);
}

} // namespace bench
