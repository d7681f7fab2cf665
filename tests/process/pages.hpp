// SPDX-License-Identifier: MIT
#pragma once

// The pages of a daemon that serves them at a unix socket of the test's own.

#include "http/client.hpp"
#include "temporary_folder.hpp"

class Pages
{
public:
    /// Of the test's own.
    std::string folder() const { return folder_.path().string(); }
    std::string endpoint() const { return "unix:" + folder() + "/http"; }

    /// Throws where nobody answers.
    rowbot::http::Answer get(std::string const& page) const
    {
        return rowbot::http::get(rowbot::http::parse_endpoint(endpoint()), page,
                                 std::chrono::seconds{10});
    }
    bool answers(std::string const& page) const
    {
        try {
            return get(page).status != 0;
        } catch (std::runtime_error const&) {
            return false;
        }
    }
    /// Whether /metrics has this line.
    bool has_metric(std::string const& line) const
    {
        return answers("/metrics") &&
               get("/metrics").body.find("\n" + line + "\n") != std::string::npos;
    }

private:
    TemporaryFolder folder_{};
};
