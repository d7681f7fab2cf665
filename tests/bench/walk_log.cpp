// SPDX-License-Identifier: MIT
#include "walk_log.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <ctime>
#include <optional>
#include <stdexcept>

namespace bench
{
namespace
{

/// `2024-05-17T10:20:30.456Z`, in seconds.
double seconds_of(std::string const& time)
{
    std::tm parts{};
    char const* const rest = strptime(time.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
    if (rest == nullptr) throw std::runtime_error("no time of a log line: " + time);
    return static_cast<double>(timegm(&parts)) + std::stod(std::string("0") + rest);
}

struct Written {
    double at_s;
    std::int64_t rows; ///< In all.
};

/// Rows a second between two points of the walk, given as shares of all rows.
double speed(std::vector<Written> const& batches, double from, double to)
{
    auto const all = static_cast<double>(batches.back().rows);
    auto const reached = [&](double share) {
        for (auto const& batch : batches)
            if (static_cast<double>(batch.rows) >= share * all) return batch;
        return batches.back();
    };
    auto const first = reached(from), last = reached(to);
    return static_cast<double>(last.rows - first.rows) / std::max(last.at_s - first.at_s, 1e-3);
}

} // namespace

WalkTimes walk_times(ChildRun const& run)
{
    WalkTimes times;
    std::vector<Written> batches;
    std::optional<double> walk_began, pass_ended, complete;
    char line[4096];
    while (std::fgets(line, sizeof line, run.output.get()) != nullptr) {
        auto const event = nlohmann::json::parse(line);
        auto const at = seconds_of(event.at("time"));
        std::string const name = event.at("event");
        if (name == "walk_started" && !walk_began) {
            walk_began = at;
            batches.push_back({at, 0});
        } else if (name == "batch_written" && event.at("rows_written") > 0) {
            batches.push_back({at, event.at("rows_total")});
            times.conflicts += event.at("rows_conflicted").get<std::int64_t>();
            times.last_batch_rows = event.at("batch_rows");
        } else if (name == "pass_ended") {
            pass_ended = at;
            ++times.passes;
        } else if (name == "table_complete") {
            complete = at;
        }
    }
    if (!walk_began || !pass_ended || !complete || batches.size() < 2)
        throw std::runtime_error("the daemon's log shows no complete walk");
    auto const began = std::chrono::duration<double>(run.began.time_since_epoch()).count();
    times.start_s = *walk_began - began;
    times.walk_s = *pass_ended - *walk_began;
    times.proof_s = *complete - *pass_ended;
    times.end_s = began + run.wall_s - *complete;
    times.rows = batches.back().rows;
    times.first_tenth_rows_per_s = speed(batches, 0, 0.1);
    times.last_tenth_rows_per_s = speed(batches, 0.9, 1);
    return times;
}

} // namespace bench
