// SPDX-License-Identifier: MIT
#pragma once

// The worker's progress on a terminal: one bar for each table that is being walked, redrawn in
// place. A table that is finished leaves its line behind. What needs attention is written above the
// bars, as lines of the log.

#include "cli/bar.hpp"
#include "cli/options.hpp"

#include <deque>
#include <functional>
#include <ostream>

namespace rowbot::cli
{

/// Rows and blocks a second over the last ten seconds.
class Rate
{
public:
    void add(Clock::Time now, std::int64_t rows, std::int64_t blocks);
    double rows_per_s() const { return per_second(&Sample::rows); }
    double blocks_per_s() const { return per_second(&Sample::blocks); }
    void reset() { samples_.clear(); }

private:
    struct Sample {
        Clock::Time at;
        std::int64_t rows = 0, blocks = 0;
    };
    double per_second(std::int64_t Sample::*count) const;

    std::deque<Sample> samples_;
};

class Progress : public Observer
{
public:
    /// `style` is asked before each drawing, because a terminal changes its size. Batches redraw at
    /// most ten times a second of the clock.
    Progress(std::ostream& out, std::function<BarStyle()> style, std::unique_ptr<Observer> lines,
             Clock& clock);
    /// Leaves the bars as they are, and the cursor below them.
    ~Progress() override;

    void serving(std::string const& endpoint) override;
    void stopped(std::string const& why) override;
    void walk_started(std::string const& table, std::int64_t blocks) override;
    void batch_written(BatchReport const& batch) override;
    void row_failed(UpgradeError const& error) override;
    void table_complete(std::string const& table) override;
    void table_failing(std::string const& table, std::int64_t rows) override;
    void table_stopped(std::string const& table, std::string const& why) override;
    void name_cleaned(std::string const& table, std::string const& name,
                      std::int64_t rows) override;
    void cleanup_held(std::string const& table, std::string const& name,
                      std::string const& why) override;
    void waiting(std::string const& table, WaitFor what, std::string const& why) override;
    void resumed(std::string const& table) override;
    void retried(std::string const& table, std::string const& why) override;

private:
    struct Walk {
        Bar bar;
        Rate rate{};
    };

    Walk& walk(std::string const& table);
    void finish(std::string const& table, Bar::State state, std::string const& note);
    void above(std::function<void()> const& write);
    void erase();
    void draw();

    std::ostream& out_;
    std::function<BarStyle()> style_;
    std::unique_ptr<Observer> lines_;
    Clock& clock_;
    std::vector<Walk> walks_; ///< In the order in which they began.
    std::size_t lines_drawn_ = 0;
    std::optional<Clock::Time> last_drawing_;
};

/// Whether bars are wanted: as --progress says; where it is left to us, if standard output and
/// standard error are both terminals that can move the cursor. Never together with JSON.
bool wants_bars(CommandLine const& line, bool terminals, Environment const& environment);

/// Progress or LogLines on standard error. The clock must outlive it.
std::unique_ptr<Observer> make_observer(CommandLine const& line, Environment const& environment,
                                        Clock& clock);

} // namespace rowbot::cli
