// SPDX-License-Identifier: MIT
#include "http/pages.hpp"

#include <nlohmann/json.hpp>

namespace rowbot::http
{
namespace
{

Response json_page(unsigned status, Json const& json)
{
    return {.status = status,
            .body = json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"};
}

Response ready_page(std::vector<std::string> const& reasons)
{
    return json_page(reasons.empty() ? 200 : 503,
                     {{"ready", reasons.empty()}, {"reasons", reasons}});
}

} // namespace

std::vector<std::string> unproved(Json const& document)
{
    std::vector<std::string> reasons;
    for (auto const& table : document.at("tables"))
        for (auto const& upgrade : table.at("upgrades"))
            if (upgrade.at("carried").get<bool>() && upgrade.at("proved_at").is_null())
                reasons.push_back("upgrade " + table.at("table").get<std::string>() + "/" +
                                  upgrade.at("name").get<std::string>() + " is not complete");
    return reasons;
}

void Pages::answer_ready(Respond const& respond)
{
    auto const reasons = health_.unready();
    if (!reasons.empty() || when_ == ReadyWhen::migrated || *upgraded_)
        return respond(ready_page(reasons));
    status_.ask([respond, latch = upgraded_](StatusAnswer const& answer) {
        if (!answer.error.empty())
            return respond(ready_page({"the database cannot be asked: " + answer.error}));
        auto const missing = unproved(*answer.document);
        if (missing.empty()) *latch = true;
        respond(ready_page(missing));
    });
}

void Pages::answer(std::string const& path, Respond const& respond)
{
    if (path == "/livez") {
        auto const sickness = health_.sickness();
        return respond(json_page(sickness.empty() ? 200 : 503,
                                 sickness.empty() ? Json{{"live", true}}
                                                  : Json{{"live", false}, {"why", sickness}}));
    }
    if (path == "/readyz") return answer_ready(respond);
    if (path == "/metrics")
        return respond(
            {.type = "text/plain; version=0.0.4; charset=utf-8", .body = metrics_.text()});
    if (path == "/status")
        return status_.ask([respond](StatusAnswer const& answer) {
            respond(answer.error.empty() ? json_page(200, *answer.document)
                                         : json_page(503, {{"error", answer.error}}));
        });
    respond(json_page(404, {{"error", "there is no such page"},
                            {"pages", {"/livez", "/readyz", "/metrics", "/status"}}}));
}

} // namespace rowbot::http
