// SPDX-License-Identifier: MIT
#include "http/client.hpp"
#include "http/server.hpp"
#include "raw_client.hpp"

#include <rowbot/errors.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <future>
#include <optional>
#include <thread>

#include <unistd.h>

using namespace rowbot::http;
using namespace std::chrono_literals;

namespace
{

constexpr char const* get_a = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

/// Says the path back.
void echo(std::string const& path, Respond const& respond)
{
    respond({.type = "text/plain", .body = "page " + path});
}

struct Echo {
    explicit Echo(Limits limits = {}) : server(parse_endpoint("0"), echo, limits) {}

    std::uint16_t port() const { return server.endpoint().port; }
    RawClient client() const { return RawClient(port()); }
    std::string page(std::string const& path) const
    {
        return get(server.endpoint(), path, 10s).body;
    }

    Server server;
};

std::string first_line(std::string const& text)
{
    return text.substr(0, text.find('\r'));
}

} // namespace

TEST_CASE("a page is answered without its query, HEAD without a body")
{
    Echo const echo;
    CHECK(echo.page("/livez?verbose=1") == "page /livez");
    auto const client = echo.client();
    client.send("HEAD /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    auto const answer = client.read_all();
    CHECK(answer.find("Content-Length: 7\r\n") != std::string::npos);
    CHECK(answer.ends_with("\r\n\r\n"));
}

TEST_CASE("requests that are sent at once are answered in order")
{
    Echo const echo;
    auto const client = echo.client();
    std::string requests;
    for (int i = 0; i < 50; ++i)
        requests += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n";
    client.send(requests + "GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    auto const answers = client.read_all();
    std::size_t at = 0;
    for (int i = 0; i < 50; ++i) {
        at = answers.find("page /" + std::to_string(i), at);
        REQUIRE(at != std::string::npos);
    }
    CHECK(answers.ends_with("page /last"));
}

TEST_CASE("what is no HTTP request, too long, or wants to write is refused, and the next is served")
{
    Echo const echo;
    struct {
        std::string request;
        char const* answer;
    } const cases[] = {
        {"\x16\x03\x01\x02\x01 hello TLS\r\n\r\n", "HTTP/1.1 400 Bad Request"},
        {"GET\r\n\r\n", "HTTP/1.1 400 Bad Request"},
        {"GET /a HTTP/1.1\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n",
         "HTTP/1.1 431 Request Header Fields Too Large"},
        {"GET /" + std::string(20'000, 'x') + " HTTP/1.1\r\n\r\n",
         "HTTP/1.1 431 Request Header Fields Too Large"},
        {"POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", "HTTP/1.1 405 Method Not Allowed"},
        {"DELETE /a HTTP/1.1\r\n\r\n", "HTTP/1.1 405 Method Not Allowed"},
        {"GET /a HTTP/1.1\r\nContent-Length: 38\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n",
         "HTTP/1.1 413 Payload Too Large"},
    };
    for (auto const& [request, expected] : cases) {
        std::string const answer = expected; // clang 14 cannot capture a structured binding
        CAPTURE(answer);
        auto const client = echo.client();
        client.send(request);
        client.send("GET /second HTTP/1.0\r\n\r\n"); // heard, where the first one left that open
        auto const said = client.read_all();
        CHECK(first_line(said) == answer);
        CHECK(said.find("smuggled") == std::string::npos);
    }
    CHECK(echo.page("/a") == "page /a");
}

TEST_CASE("who sends a request slowly is cut off, and delays nobody")
{
    Echo const echo({.request = 200ms});
    auto const slow = echo.client();
    slow.send("GET /slow HT");
    CHECK(echo.page("/a") == "page /a");
    CHECK(slow.read_all() == "");
}

TEST_CASE("who says nothing is cut off after a while")
{
    Echo const echo({.idle = 100ms});
    auto const client = echo.client();
    CHECK(client.read_all() == "");
}

TEST_CASE("500 idle connections do not keep a probe from its answer")
{
    Echo const echo;
    std::vector<RawClient> idle;
    for (int i = 0; i < 500; ++i) idle.push_back(echo.client());
    for (auto const& client : idle) client.send("GET /sl"); // not one of them ever ends it
    CHECK(echo.page("/readyz") == "page /readyz");
}

TEST_CASE("where there are too many connections, the longest idle one is closed")
{
    Echo const echo({.connections = 3});
    std::vector<RawClient> clients;
    for (int i = 0; i < 3; ++i) {
        clients.push_back(echo.client());
        clients.back().send(get_a);
        clients.back().read_until("page /a");
    }
    clients[0].send(get_a); // busy again
    clients[0].read_until("page /a");
    CHECK(echo.page("/b") == "page /b");
    CHECK(clients[1].read_all() == "");
    clients[0].send(get_a);
    CHECK(clients[0].read_until("page /a").ends_with("page /a"));
}

TEST_CASE("an answer that comes later is given, and one that does not come is 503")
{
    std::promise<Respond> asked;
    Server const server(parse_endpoint("0"),
                        [&](std::string const& path, Respond const& respond) {
                            if (path == "/later") asked.set_value(respond);
                        },
                        {.answer = 200ms});
    std::jthread const answering([&] {
        auto const respond = asked.get_future().get();
        respond({.body = "first"});
        respond({.body = "second"});
    });
    CHECK(get(server.endpoint(), "/later", 10s).body == "first");
    CHECK(get(server.endpoint(), "/never", 10s).status == 503);
}

TEST_CASE("an answer after the server's end is dropped")
{
    std::promise<Respond> asked;
    std::optional<Server> server;
    server.emplace(parse_endpoint("0"),
                   [&](std::string const&, Respond const& respond) { asked.set_value(respond); });
    RawClient const client(server->endpoint().port);
    client.send(get_a);
    auto const respond = asked.get_future().get();
    server.reset();
    respond({.body = "late"});
    CHECK(client.read_all() == "");
}

TEST_CASE("connections that wait for an answer count, and make way for new ones")
{
    std::vector<Respond> waiting; // all on the server's thread
    Server const server(parse_endpoint("0"),
                        [&](std::string const& path, Respond const& respond) {
                            if (path == "/a") return waiting.push_back(respond);
                            respond({.body = std::to_string(waiting.size())});
                        },
                        {.connections = 3, .answer = 60s});
    std::vector<RawClient> clients;
    for (int i = 0; i < 10; ++i) {
        clients.emplace_back(server.endpoint().port);
        clients.back().send(get_a);
        while (get(server.endpoint(), "/waiting", 10s).body != std::to_string(i + 1)) continue;
    }
    CHECK(clients[0].read_all() == "");
    CHECK(clients[7].read_all() == ""); // two stay, the third is for who asks
}

TEST_CASE("two servers cannot have one port, and the next start has it at once")
{
    std::optional<Echo> first(std::in_place);
    first->page("/a"); // leaves a connection in TIME_WAIT
    auto const endpoint = first->server.endpoint();
    CHECK_THROWS_WITH_AS(Server(endpoint, echo),
                         doctest::Contains("somebody listens there already"), rowbot::ConfigError);
    first.reset();
    Server const next(endpoint, echo);
    CHECK(get(endpoint, "/b", 10s).body == "page /b");
}

TEST_CASE("an address of another machine is refused")
{
    CHECK_THROWS_WITH_AS(Server(parse_endpoint("192.0.2.1:0"), echo),
                         doctest::Contains("192.0.2.1:0: cannot listen there"),
                         rowbot::ConfigError);
}

TEST_CASE("a unix socket is served, taken away at the end, and taken over from a dead server")
{
    char folder[] = "/tmp/rowbot-http.XXXXXX";
    REQUIRE(mkdtemp(folder) != nullptr);
    auto const path = std::string(folder) + "/socket";
    auto const endpoint = parse_endpoint("unix:" + path);
    {
        Server const server(endpoint, echo);
        CHECK(get(endpoint, "/a", 10s).body == "page /a");
        CHECK_THROWS_WITH_AS(Server(endpoint, echo),
                             doctest::Contains("somebody listens there already"),
                             rowbot::ConfigError);
        std::filesystem::create_hard_link(path, path + ".kept");
    }
    CHECK_FALSE(std::filesystem::exists(path));
    CHECK_THROWS_WITH_AS(get(endpoint, "/a", 10s), doctest::Contains("nobody answers"),
                         std::runtime_error);
    std::filesystem::rename(path + ".kept", path); // as a killed server leaves it
    Server const server(endpoint, echo);
    CHECK(get(endpoint, "/b", 10s).body == "page /b");
    std::filesystem::remove_all(folder);
}

TEST_CASE("a file that is no socket is not taken over")
{
    char name[] = "/tmp/rowbot-http.XXXXXX";
    int const file = mkstemp(name);
    REQUIRE(file >= 0);
    close(file);
    CHECK_THROWS_WITH_AS(Server(parse_endpoint(std::string("unix:") + name), echo),
                         doctest::Contains("there is a file that is no socket"),
                         rowbot::ConfigError);
    CHECK(std::filesystem::exists(name));
    std::filesystem::remove(name);
}
