// SPDX-License-Identifier: MIT
#include "cli/commands.hpp"
#include "cli/terminal_text.hpp"
#include "http/client.hpp"

#include <iostream>
#include <stdexcept>

namespace rowbot::cli
{

ExitCode probe(CommandLine const& line, Program const&, std::ostream& out)
{
    if (!line.http)
        throw ConfigError("--http: where does the daemon listen? give it as the daemon has it, "
                          "--http 9187 or ROWBOT_HTTP=unix:/run/rowbot/http");
    auto const path = line.arguments.empty() ? std::string("/livez") : line.arguments.front();
    if (!path.starts_with('/'))
        throw ConfigError("'" + path + "' is no page; they are /livez, /readyz, /metrics, /status");
    try {
        auto const answer = http::get(*line.http, path, std::chrono::seconds{10});
        out << answer.body;
        return answer.status == 200 ? ExitCode::done : ExitCode::not_yet;
    } catch (std::runtime_error const& e) {
        std::cerr << printable(line.program) << ": " << printable(e.what()) << '\n';
        return ExitCode::unreachable;
    }
}

} // namespace rowbot::cli
