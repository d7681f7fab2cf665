// SPDX-License-Identifier: MIT
#pragma once

#include "throttle/watch.hpp"

namespace rowbot
{

/// The two connections of a walk, opened when they are first needed. Dropped together: after one
/// broke, what the other has read is void too.
class Connections
{
public:
    Connections(std::string connection, Pulse& pulse)
        : connection_(std::move(connection)), pulse_(pulse)
    {
    }

    Session& reader() { return open(reader_, "rowbot reader"); }
    Session& writer() { return open(writer_, "rowbot writer"); }
    /// Ends the statements that are running, so that a stop waits for no lock. Any thread, while
    /// nobody opens or drops them.
    void cancel() noexcept
    {
        for (auto const& session : {&reader_, &writer_})
            if (*session) (*session)->cancel();
    }
    void drop()
    {
        reader_.reset();
        writer_.reset();
    }

private:
    Session& open(std::unique_ptr<Session>& session, char const* purpose)
    {
        if (!session) session = std::make_unique<Session>(connection_, purpose, &pulse_);
        return *session;
    }

    std::string connection_;
    Pulse& pulse_;
    std::unique_ptr<Session> reader_, writer_;
};

/// What the walk of every table shares: all that comes from outside is injected here.
struct Surroundings {
    WorkerOptions const& options;
    Observer& observer;
    Clock& clock;
    Connections& connections;
    Watch& watch;
    std::string owner; ///< This worker, as others see it: host, program and pid.
    std::string token; ///< This worker, unlike every other that ever was.
};

} // namespace rowbot
