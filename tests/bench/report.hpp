// SPDX-License-Identifier: MIT
#pragma once

// What the benchmark prints: tables, in Markdown so that they can be put into README.md as they
// are, and in the end the targets beside what was measured.

#include <cstdint>
#include <string>
#include <vector>

namespace bench
{

double median(std::vector<double> values);

/// With so many digits behind the point.
std::string fixed(double value, int digits);
/// 1234567 is `1,234,567`.
std::string grouped(std::int64_t value);
std::string mebibytes(double bytes);

using Line = std::vector<std::string>;

/// The first line is the heading. The first column is text, the others are numbers.
void print_table(std::vector<Line> const& lines);

class Targets
{
public:
    void at_least(std::string what, double wanted, double measured);
    void at_most(std::string what, double wanted, double measured);
    void print() const;

private:
    void add(std::string what, std::string relation, double wanted, double measured, bool met);

    std::vector<Line> lines_{};
};

} // namespace bench
