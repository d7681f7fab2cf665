// SPDX-License-Identifier: MIT
#include "cli/progress.hpp"
#include "cli/terminal_text.hpp"
#include "test_clock.hpp"

#include <doctest/doctest.h>

#include <sstream>

using namespace rowbot;
using namespace rowbot::cli;
using namespace std::chrono_literals;

namespace
{

Bar const half{.table = "article",
               .rows_written = 124'000,
               .blocks_done = 300,
               .blocks_total = 600,
               .rows_per_s = 3120.4,
               .left = 38s};

struct Terminal {
    /// Notes what would be written above the bars.
    struct Lines : Observer {
        explicit Lines(std::ostream& stream) : out(stream) {}
        void stopped(std::string const& why) override { out << "stopped: " << why << "\n"; }
        void retried(std::string const&, std::string const& why) override { out << why << "\n"; }
        std::ostream& out;
    };

    std::string text()
    {
        auto text = out.str();
        out.str("");
        return text;
    }

    std::ostringstream out{};
    sample::TestClock clock{};
    std::optional<Progress> progress{std::in_place, out, [] { return BarStyle{.width = 60}; },
                                     std::make_unique<Lines>(out), clock};
};

} // namespace

TEST_CASE("a bar shows table, share, rows, rate and time left")
{
    CHECK(render_bar(half, {.width = 80}) ==
          "article  [#############..............]   50 %  124,000 rows  3,120/s  0:38 left");
    CHECK(render_bar(half, {.width = 60, .utf8 = true}) ==
          "article  ████░░░░░   50 %  124,000 rows  3,120/s  0:38 left");
}

TEST_CASE("a bar is shorter than the terminal is wide, whatever it shows")
{
    auto bar = half;
    bar.table = "\"a very long schema name\".\"a very long table name with é\"";
    bar.rows_failed = 12;
    for (std::size_t width = 0; width < 200; ++width)
        for (bool const utf8 : {true, false}) {
            CAPTURE(width);
            CHECK(length(render_bar(bar, {.width = width, .utf8 = utf8})) <
                  std::max<std::size_t>(width, 2));
        }
}

TEST_CASE("only what is complete shows 100 %")
{
    auto bar = half;
    bar.blocks_done = 600;
    CHECK(render_bar(bar, {.width = 40}).find(" 99 %") != std::string::npos);
    bar.state = Bar::State::complete;
    CHECK(render_bar(bar, {.width = 80}).ends_with("100 %  124,000 rows  complete"));
    bar.blocks_total = 0;
    CHECK(render_bar(bar, {.width = 80}).find("100 %") != std::string::npos);
    bar.state = Bar::State::walking;
    CHECK(render_bar(bar, {.width = 80}).find("  0 %") != std::string::npos);
}

TEST_CASE("a bar that waits or fails says why, on one line")
{
    auto bar = half;
    bar.state = Bar::State::waiting;
    bar.note = "paused:\n\x1b[2Jimport";
    CHECK(
        render_bar(bar, {.width = 90}).ends_with("124,000 rows  waits: paused:\\n\\x1b[2Jimport"));
    bar.state = Bar::State::failing;
    bar.note = "stopped";
    bar.rows_failed = 1;
    CHECK(render_bar(bar, {.width = 90}).ends_with("124,000 rows, 1 failed  failing: stopped"));
}

TEST_CASE("colour is around the bar alone")
{
    auto const text = render_bar(half, {.width = 60, .color = true});
    CHECK(text.find("\x1b[36m[") != std::string::npos);
    CHECK(text.find("]\x1b[0m") != std::string::npos);
    CHECK(render_bar(half, {.width = 60}).find('\x1b') == std::string::npos);
}

TEST_CASE("time left is shown in the units that matter")
{
    CHECK(time_left(-5s) == "0:00");
    CHECK(time_left(38s) == "0:38");
    CHECK(time_left(725s) == "12:05");
    CHECK(time_left(3h + 7min) == "3:07:00");
    CHECK(time_left(51h) == "2 d 3 h");
}

TEST_CASE("the rate is that of the last ten seconds")
{
    Rate rate;
    Clock::Time now{1h};
    CHECK(rate.rows_per_s() == 0);
    rate.add(now, 1000, 10);
    CHECK(rate.rows_per_s() == 0);
    rate.add(now + 1s, 200, 4);
    CHECK(rate.rows_per_s() == 200);
    CHECK(rate.blocks_per_s() == 4);
    for (int second = 2; second <= 30; ++second) rate.add(now + 1s * second, 50, 1);
    CHECK(rate.rows_per_s() == 50);
}

TEST_CASE("batches redraw the bar at most ten times a second")
{
    Terminal terminal;
    terminal.progress->walk_started("article", 100);
    CHECK(terminal.text() == "article  [............................]    0 %  0 rows  0/s");
    BatchReport const batch{
        .table = "article", .rows_written = 10, .blocks_done = 1, .blocks_total = 100};
    terminal.clock.advance(99ms);
    terminal.progress->batch_written(batch);
    CHECK(terminal.text() == "");
    terminal.clock.advance(1ms);
    terminal.progress->batch_written(batch);
    auto const text = terminal.text();
    CHECK(text.starts_with("\r\x1b[J"));
    CHECK(text.find("1 %  20 rows  200/s") != std::string::npos);
}

TEST_CASE("two bars are drawn over each other's lines")
{
    Terminal terminal;
    terminal.progress->walk_started("article", 100);
    terminal.progress->walk_started("comment", 100);
    terminal.text();
    terminal.progress->waiting("comment", rowbot::WaitFor::pause, "paused");
    auto const text = terminal.text();
    CHECK(text.starts_with("\r\x1b[1A\x1b[Jarticle"));
    CHECK(text.find("\ncomment") != std::string::npos);
}

TEST_CASE("a finished table leaves its line behind")
{
    Terminal terminal;
    terminal.progress->walk_started("article", 100);
    terminal.progress->walk_started("comment", 100);
    terminal.text();
    terminal.progress->table_complete("article");
    auto const text = terminal.text();
    CHECK(text.find("complete\ncomment") != std::string::npos);
    terminal.progress->table_complete("comment");
    CHECK(terminal.text().ends_with("complete\n"));
}

TEST_CASE("what needs attention is written above the bars")
{
    Terminal terminal;
    terminal.progress->walk_started("article", 100);
    terminal.text();
    terminal.progress->retried("article", "deadlock");
    CHECK(terminal.text().starts_with("\r\x1b[Jdeadlock\narticle  ["));
}

TEST_CASE("the cursor is left below the bars")
{
    Terminal terminal;
    terminal.progress->walk_started("article", 100);
    terminal.progress.reset();
    CHECK(terminal.text().ends_with("0/s\n"));
    Terminal idle;
    idle.progress.reset();
    CHECK(idle.text() == "");
}

TEST_CASE("bars are for terminals, unless they are asked for")
{
    CommandLine line;
    Environment const xterm{{"TERM", "xterm"}}, dumb{{"TERM", "dumb"}};
    CHECK(wants_bars(line, true, xterm));
    CHECK_FALSE(wants_bars(line, false, xterm));
    CHECK_FALSE(wants_bars(line, true, dumb));
    CHECK_FALSE(wants_bars(line, true, {}));
    line.progress = When::always;
    CHECK(wants_bars(line, false, {}));
    line.log_format = "json";
    CHECK_FALSE(wants_bars(line, true, xterm));
    line = {.progress = When::never};
    CHECK_FALSE(wants_bars(line, true, xterm));
}

TEST_CASE("text for a terminal is counted and cut in characters")
{
    CHECK(length("é😀a") == 3);
    CHECK(shortened("ééé", 3) == "ééé");
    CHECK(shortened("éééé", 3) == "éé…");
    CHECK(shortened("abc", 0) == "");
    CHECK(grouped(0) == "0");
    CHECK(grouped(999) == "999");
    CHECK(grouped(-1234567) == "-1,234,567");
}
