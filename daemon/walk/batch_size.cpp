// SPDX-License-Identifier: MIT
#include "walk/batch_size.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace rowbot
{
namespace
{

constexpr std::int64_t first_rows = 100;
constexpr std::size_t samples = 10;
constexpr std::int64_t most_blocks = 4096; // 32 MB of heap a read

} // namespace

BatchSize::BatchSize(std::int64_t most, std::chrono::nanoseconds target)
    : most_(most), target_(target), rows_(std::min(most, first_rows))
{
}

void BatchSize::took(std::int64_t rows, std::chrono::nanoseconds duration)
{
    if (rows <= 0) return;
    if (duration > 5 * target_) {
        rows_ = std::max<std::int64_t>(1, std::min(rows_, rows) / 10);
        seconds_per_row_.clear();
        return;
    }
    seconds_per_row_.push_back(std::chrono::duration<double>(duration).count() /
                               static_cast<double>(rows));
    if (seconds_per_row_.size() < samples) return;
    std::vector<double> sorted(seconds_per_row_.begin(), seconds_per_row_.end());
    std::sort(sorted.begin(), sorted.end());
    auto const p90 = sorted[sorted.size() * 9 / 10 - 1] * static_cast<double>(rows_);
    auto const factor =
        std::min(1.5, std::chrono::duration<double>(target_).count() / std::max(p90, 1e-9));
    // Rounded, not cut off: a size of 1 must be able to grow again.
    rows_ = std::clamp<std::int64_t>(std::llround(static_cast<double>(rows_) * factor), 1, most_);
    // A new size wants samples of its own; half of them keep it from swinging.
    seconds_per_row_.erase(seconds_per_row_.begin(), seconds_per_row_.begin() + samples / 2);
}

void BatchSize::halve()
{
    rows_ = std::max<std::int64_t>(1, rows_ / 2);
    seconds_per_row_.clear();
}

std::int64_t next_span(std::int64_t covered, std::int64_t rows, bool cut, std::int64_t wanted,
                       std::chrono::nanoseconds took, std::chrono::nanoseconds target)
{
    auto span = covered;
    if (took > target)
        span = covered / 2;
    else if (!cut && rows < wanted)
        span = covered * 2;
    return std::clamp<std::int64_t>(span, 1, most_blocks);
}

} // namespace rowbot
