// SPDX-License-Identifier: MIT
#include "await.hpp"
#include "child_process.hpp"
#include "pages.hpp"
#include "walked_table.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <cstring>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace
{

/// What a service manager hears (sd_notify(3)): datagrams at a socket.
class Manager
{
public:
    Manager() : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0))
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, path().c_str(), sizeof address.sun_path - 1);
        REQUIRE(::bind(socket_, reinterpret_cast<sockaddr const*>(&address), sizeof address) == 0);
    }
    ~Manager() { ::close(socket_); }

    std::string path() const { return pages_.folder() + "/notify"; }

    /// Everything until now, a line each.
    std::string const& heard()
    {
        char message[8192];
        for (ssize_t bytes = 0; (bytes = ::recv(socket_, message, sizeof message, 0)) > 0;)
            heard_ += std::string(message, static_cast<std::size_t>(bytes)) + "\n";
        return heard_;
    }
    bool has_heard(std::string const& text) { return heard().find(text) != std::string::npos; }
    void forget() { heard_.clear(); }

private:
    Pages pages_{};
    int socket_;
    std::string heard_{};
};

ChildProcess managed(Manager const& manager, std::string const& database, int row_us,
                     std::string const& watchdog_us = "600000")
{
    return ChildProcess({"env", "NOTIFY_SOCKET=" + manager.path(), "WATCHDOG_USEC=" + watchdog_us,
                         "ROWBOT_TEST_ROW_US=" + std::to_string(row_us), TEST_DAEMON, "run",
                         "--database", database, "--stuck-after", "1s", "--connect-wait", "10m"});
}

} // namespace

TEST_CASE("a service manager hears of readiness, progress, waits and the end")
{
    TemporaryDatabase const db;
    WalkedTable const table(db.url(), 20'000);
    Manager manager;
    auto daemon = managed(manager, db.url(), 200);
    await("it is ready", [&] { return manager.has_heard("READY=1\n"); });
    CHECK(db.value("SELECT to_regclass('rowbot.walk') IS NOT NULL") == "t");
    await("progress is told",
          [&] { return manager.has_heard(" %, about ") && manager.has_heard("rows pending\n"); });
    ChildProcess pause(
        {ROWBOT, "pause", "--reason", "a\nREADY=0 in the reason", "--database", db.url()});
    REQUIRE(pause.exit_code() == 0);
    await("the pause is told", [&] { return manager.has_heard("STATUS=article: waits: paused"); });
    CHECK_FALSE(manager.has_heard("\nREADY=0")); // a line of its own would be a command
    manager.forget();
    await("the watchdog is fed in a pause", [&] { return manager.has_heard("WATCHDOG=1\n"); });
    daemon.send(SIGTERM);
    CHECK(daemon.exit_code() == 0);
    CHECK(manager.has_heard("STOPPING=1\n"));
}

TEST_CASE("the watchdog of a walk that is stuck in an upgrade is not fed any more")
{
    TemporaryDatabase const db;
    WalkedTable const table(db.url(), 10);
    Manager manager;
    auto const daemon = managed(manager, db.url(), 1'000'000'000);
    await("it is found out", [&] { return manager.has_heard("an upgrade does not return\n"); });
    manager.forget();
    await("it is said again", [&] { return manager.has_heard("an upgrade does not return\n"); });
    CHECK_FALSE(manager.has_heard("WATCHDOG=1"));
}

TEST_CASE("the watchdog of a walk that waits for a statement is fed")
{
    TemporaryDatabase const db;
    WalkedTable const table(db.url(), 10);
    db.exec("ALTER DATABASE " + db.name() + " SET deadlock_timeout = '1h'"); // locks are waited for
    auto const connection = db.connect();
    pqxx::work theirs(*connection);
    theirs.exec("LOCK TABLE article");
    Manager manager;
    auto const daemon = managed(manager, db.url(), 0);
    table.await_lock_wait();
    for (int i = 0; i < 10; ++i) { // twice as long as --stuck-after
        manager.forget();
        await("it is fed", [&] { return manager.has_heard("WATCHDOG=1\n"); });
    }
    CHECK_FALSE(manager.has_heard("does not return"));
}
