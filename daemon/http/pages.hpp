// SPDX-License-Identifier: MIT
#pragma once

// What each page answers: /livez, /readyz, /metrics, /status. All are read only.

#include "http/health.hpp"
#include "http/metrics.hpp"
#include "http/server.hpp"
#include "http/status_query.hpp"

#include <atomic>

namespace rowbot::http
{

class Pages
{
public:
    /// What it is given must outlive it.
    Pages(Health const& health, Metrics const& metrics, StatusQuery& status, ReadyWhen when)
        : health_(health), metrics_(metrics), status_(status), when_(when)
    {
    }

    /// A Handler.
    void answer(std::string const& path, Respond const& respond);

private:
    void answer_ready(Respond const& respond);

    Health const& health_;
    Metrics const& metrics_;
    StatusQuery& status_;
    ReadyWhen when_;
    std::shared_ptr<std::atomic<bool>> upgraded_ = std::make_shared<std::atomic<bool>>(false);
};

/// The upgrades that were never proved complete, of a status document, as reasons not to be ready.
std::vector<std::string> unproved(Json const& document);

} // namespace rowbot::http
