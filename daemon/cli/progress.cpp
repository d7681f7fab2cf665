// SPDX-License-Identifier: MIT
#include "cli/progress.hpp"

#include "cli/log_event.hpp"

#include <algorithm>
#include <cmath>

namespace rowbot::cli
{
namespace
{

constexpr std::chrono::milliseconds between_drawings{100};
constexpr std::chrono::seconds window{10};

std::optional<std::chrono::seconds> left(Bar const& bar, Rate const& rate)
{
    auto const per_second = rate.blocks_per_s();
    if (per_second <= 0) return std::nullopt;
    auto const seconds = static_cast<double>(bar.blocks_total - bar.blocks_done) / per_second;
    return std::chrono::seconds{std::llround(std::min(seconds, 1e9))};
}

} // namespace

void Rate::add(Clock::Time now, std::int64_t rows, std::int64_t blocks)
{
    samples_.push_back({now, rows, blocks});
    while (samples_.size() > 2 && now - samples_.front().at > window) samples_.pop_front();
}

double Rate::per_second(std::int64_t Sample::*count) const
{
    if (samples_.size() < 2) return 0;
    std::chrono::duration<double> const took = samples_.back().at - samples_.front().at;
    // The first sample only begins the window: its rows were written before.
    std::int64_t sum = 0;
    for (std::size_t i = 1; i < samples_.size(); ++i) sum += samples_[i].*count;
    return took.count() > 0 ? static_cast<double>(sum) / took.count() : 0;
}

Progress::Progress(std::ostream& out, std::function<BarStyle()> style,
                   std::unique_ptr<Observer> lines, Clock& clock)
    : out_(out), style_(std::move(style)), lines_(std::move(lines)), clock_(clock)
{
}

Progress::~Progress()
{
    draw();
    if (lines_drawn_ > 0) out_ << '\n' << std::flush;
}

Progress::Walk& Progress::walk(std::string const& table)
{
    for (auto& walk : walks_)
        if (walk.bar.table == table) return walk;
    return walks_.emplace_back(Walk{.bar = {.table = table}});
}

void Progress::walk_started(std::string const& table, std::int64_t blocks)
{
    auto& [bar, rate] = walk(table);
    bar.state = Bar::State::walking;
    bar.blocks_done = 0;
    bar.blocks_total = blocks;
    rate.reset();
    rate.add(clock_.now(), 0, 0);
    draw();
}

void Progress::batch_written(BatchReport const& batch)
{
    auto& [bar, rate] = walk(batch.table);
    auto const now = clock_.now();
    // A new pass begins at the front again.
    if (batch.blocks_done < bar.blocks_done) rate.reset();
    rate.add(now, batch.rows_written,
             std::max<std::int64_t>(batch.blocks_done - bar.blocks_done, 0));
    bar.state = Bar::State::walking;
    bar.rows_written += batch.rows_written;
    bar.rows_failed += batch.rows_failed;
    bar.blocks_done = batch.blocks_done;
    bar.blocks_total = batch.blocks_total;
    bar.rows_per_s = rate.rows_per_s();
    bar.left = left(bar, rate);
    if (!last_drawing_ || now - *last_drawing_ >= between_drawings) draw();
}

void Progress::finish(std::string const& table, Bar::State state, std::string const& note)
{
    auto bar = walk(table).bar;
    bar.state = state;
    bar.note = note;
    std::erase_if(walks_, [&](auto const& walk) { return walk.bar.table == table; });
    above([&] { out_ << render_bar(bar, style_()) << '\n'; });
}

void Progress::table_complete(std::string const& table)
{
    finish(table, Bar::State::complete, "");
}

void Progress::table_failing(std::string const& table, std::int64_t rows)
{
    finish(table, Bar::State::failing, "rows are left behind");
    above([&] { lines_->table_failing(table, rows); });
}

void Progress::table_stopped(std::string const& table, std::string const& why)
{
    finish(table, Bar::State::failing, "stopped");
    above([&] { lines_->table_stopped(table, why); });
}

void Progress::waiting(std::string const& table, WaitFor what, std::string const& why)
{
    if (table.empty()) return above([&] { lines_->waiting(table, what, why); });
    auto& bar = walk(table).bar;
    bar.state = Bar::State::waiting;
    bar.note = reason_text(why);
    draw();
}

void Progress::resumed(std::string const& table)
{
    if (table.empty()) return above([&] { lines_->resumed(table); });
    auto& [bar, rate] = walk(table);
    bar.state = Bar::State::walking;
    // The time spent waiting says nothing of the rate.
    rate.reset();
    rate.add(clock_.now(), 0, 0);
    draw();
}

void Progress::serving(std::string const& endpoint)
{
    above([&] { lines_->serving(endpoint); });
}

void Progress::stopped(std::string const& why)
{
    above([&] { lines_->stopped(why); });
}

void Progress::row_failed(UpgradeError const& error)
{
    above([&] { lines_->row_failed(error); });
}

void Progress::name_cleaned(std::string const& table, std::string const& name, std::int64_t rows)
{
    above([&] { lines_->name_cleaned(table, name, rows); });
}

void Progress::cleanup_held(std::string const& table, std::string const& name,
                            std::string const& why)
{
    above([&] { lines_->cleanup_held(table, name, why); });
}

void Progress::retried(std::string const& table, std::string const& why)
{
    above([&] { lines_->retried(table, why); });
}

void Progress::above(std::function<void()> const& write)
{
    erase();
    out_ << std::flush;
    write();
    draw();
}

void Progress::erase()
{
    if (lines_drawn_ == 0) return;
    out_ << '\r';
    if (lines_drawn_ > 1) out_ << "\x1b[" << lines_drawn_ - 1 << 'A';
    out_ << "\x1b[J";
    lines_drawn_ = 0;
}

void Progress::draw()
{
    auto const style = style_();
    erase();
    // What does not fit the terminal's height could not be drawn over again.
    auto const most = std::max<std::size_t>(style.height, 2) - 1;
    for (auto i = walks_.size() - std::min(walks_.size(), most); i < walks_.size(); ++i) {
        if (lines_drawn_ > 0) out_ << '\n';
        out_ << render_bar(walks_[i].bar, style);
        ++lines_drawn_;
    }
    out_ << std::flush;
    last_drawing_ = clock_.now();
}

} // namespace rowbot::cli
