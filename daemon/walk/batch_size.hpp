// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>

namespace rowbot
{

/// The size of the next batch, from how long the last ones took. Starts small, so that a slow
/// upgrade is noticed before it holds many rows.
class BatchSize
{
public:
    BatchSize(std::int64_t most, std::chrono::nanoseconds target);

    std::int64_t rows() const noexcept { return rows_; }

    /// A batch of `rows` took this long: after 10 samples the size follows target / p90, at
    /// most 1.5 times up at once; a batch that takes five times the target divides it by ten
    /// immediately.
    void took(std::int64_t rows, std::chrono::nanoseconds duration);
    /// The batch failed for reasons that smaller ones may avoid.
    void halve();

private:
    std::int64_t most_;
    std::chrono::nanoseconds target_;
    std::int64_t rows_;
    std::deque<double> seconds_per_row_;
};

/// How many blocks the next read should cover, so that it returns about `wanted` rows without
/// taking much longer than `target`: `rows` were found in `covered` blocks (`cut`: there were more
/// of them).
std::int64_t next_span(std::int64_t covered, std::int64_t rows, bool cut, std::int64_t wanted,
                       std::chrono::nanoseconds took, std::chrono::nanoseconds target);

} // namespace rowbot
