// SPDX-License-Identifier: MIT
#pragma once

// The pages of a daemon that serves them at a unix socket of the test's own.

#include "http/client.hpp"

#include <filesystem>

class Pages
{
public:
    Pages()
    {
        char name[] = "/tmp/rowbot-pages.XXXXXX";
        folder_ = mkdtemp(name);
    }
    ~Pages() { std::filesystem::remove_all(folder_); }
    Pages(Pages const&) = delete;
    Pages& operator=(Pages const&) = delete;

    std::string const& folder() const noexcept { return folder_; }
    std::string endpoint() const { return "unix:" + folder_ + "/http"; }

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
    std::string folder_;
};
