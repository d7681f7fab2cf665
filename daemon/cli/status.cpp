// SPDX-License-Identifier: MIT
#include "store/status.hpp"

#include "cli/commands.hpp"
#include "cli/terminal_text.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <iomanip>

namespace rowbot::cli
{
namespace
{

void print(Json const& table, std::ostream& out)
{
    auto const text = [](Json const& json) { return printable(json.get<std::string>()); };
    out << text(table["table"]) << ": " << text(table["state"]);
    if (table["rows_pending"].is_number() && table["state"] != "complete")
        out << ", " << (table["rows_pending_exact"].get<bool>() ? "" : "about ")
            << grouped(table["rows_pending"].get<long long>()) << " rows pending";
    if (auto const failed = table["rows_failed"].get<long long>(); failed > 0)
        out << ", " << grouped(failed) << " failed";
    if (table["rows_excluded"].is_number() && table["rows_excluded"] > 0)
        out << ", " << grouped(table["rows_excluded"].get<long long>())
            << " left out by its condition";
    out << "\n";
    if (table["state"] == "running") {
        out << "  blocks " << grouped(table["blocks_done"].get<long long>()) << " of "
            << grouped(table["blocks_total"].get<long long>()) << ", "
            << grouped(std::llround(table["rows_per_s"].get<double>())) << " rows/s";
        if (table["seconds_left"].is_number()) out << ", " << table["seconds_left"] << " s left";
        out << "\n";
    }
    if (table["owner"].is_string()) out << "  walked by " << text(table["owner"]) << "\n";
    if (table["why"].is_string()) out << "  waits: " << text(table["why"]) << "\n";
    for (auto const* kind : {"upgrades", "cleanups"})
        for (auto const& name : table[kind])
            out << "  " << (kind[0] == 'c' ? "cleanup " : "upgrade ") << std::left << std::setw(32)
                << text(name["name"]) << " " << text(name["state"]) << ", "
                << grouped(name["rows_upgraded"].get<long long>()) << " rows upgraded"
                << (kind[0] == 'c' || name["state"] == "complete" || name["carried"].get<bool>()
                        ? ""
                        : ", no running program carries it")
                << "\n";
}

} // namespace

ExitCode status(CommandLine const& line, Program const& program, std::ostream& out)
{
    auto const session = connect(line, "rowbot status");
    auto const all = status_document(*session, program.tables);
    if (line.json) {
        out << all.dump(-1, ' ', false, Json::error_handler_t::replace) << "\n";
    } else {
        for (auto const& table : all["tables"]) print(table, out);
        if (all["tables"].empty())
            out << "no table is registered: run a daemon with tables of its own first\n";
    }
    return ExitCode::done;
}

} // namespace rowbot::cli
