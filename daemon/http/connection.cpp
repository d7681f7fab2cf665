// SPDX-License-Identifier: MIT
#include "http/connection.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <limits>
#include <optional>

namespace rowbot::http
{

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using Error = boost::system::error_code;

namespace
{

Response problem(unsigned status, std::string const& what)
{
    return {.status = status, .body = "{\"error\":\"" + what + "\"}\n"};
}

} // namespace

/// Reads a request, answers it, reads the next: requests that were sent at once are answered in
/// order. Held alive by what it waits for.
class Connection : public std::enable_shared_from_this<Connection>
{
public:
    Connection(Socket socket, Connections& all) : stream_(std::move(socket)), all_(all) {}
    ~Connection()
    {
        if (place != all_.open_.end()) all_.open_.erase(place);
    }

    /// From now on it does not count, whatever still holds it alive.
    void close()
    {
        all_.open_.erase(std::exchange(place, all_.open_.end()));
        ++turn_;
        late_.cancel();
        Error ignored;
        stream_.socket().close(ignored);
    }

    void wait_for_request()
    {
        if (buffer_.size() > 0) return read_request();
        stream_.expires_after(all_.limits_.idle);
        stream_.async_read_some(buffer_.prepare(1024),
                                [self = shared_from_this()](Error error, std::size_t bytes) {
                                    if (error) return;
                                    self->buffer_.commit(bytes);
                                    self->read_request();
                                });
    }

    Connections::Open::iterator place{};

private:
    void read_request()
    {
        parser_.emplace();
        parser_->header_limit(all_.limits_.header_bytes);
        parser_->body_limit(std::numeric_limits<std::uint64_t>::max()); // none is read
        stream_.expires_after(all_.limits_.request);
        bhttp::async_read_header(stream_, buffer_, *parser_,
                                 [self = shared_from_this()](Error error, std::size_t) {
                                     error ? self->refuse(error) : self->answer();
                                 });
    }

    void refuse(Error error)
    {
        static auto const& malformed = bhttp::make_error_code(bhttp::error::bad_method).category();
        bool const ended =
            error == bhttp::error::end_of_stream || error == bhttp::error::partial_message;
        if (ended || error.category() != malformed) return;
        close_after_ = true;
        if (error == bhttp::error::header_limit)
            return send(problem(431, "the request's header is too long"));
        send(problem(400, "that is no HTTP request"));
    }

    void answer()
    {
        all_.touch(place);
        auto const& request = parser_->get();
        bool const has_body = !parser_->is_done(); // what follows would look like a request
        close_after_ = !request.keep_alive() || has_body;
        bool const reads =
            request.method() == bhttp::verb::get || request.method() == bhttp::verb::head;
        if (!reads) return send(problem(405, "only GET and HEAD are answered here"));
        if (has_body) return send(problem(413, "requests have no body here"));
        auto const turn = ++turn_;
        late_.expires_after(all_.limits_.answer);
        late_.async_wait([self = shared_from_this(), turn](Error error) {
            if (!error && self->turn_ == turn)
                self->respond(turn, problem(503, "there was no answer in time"));
        });
        std::string const target(request.target());
        try {
            all_.handler_(target.substr(0, target.find('?')),
                          [weak = weak_from_this(), turn, gate = all_.gate_,
                           executor = stream_.get_executor()](Response response) {
                              std::lock_guard const lock(gate->mutex);
                              if (!gate->open) return;
                              asio::post(executor, [weak, turn, response = std::move(response)] {
                                  if (auto const self = weak.lock()) self->respond(turn, response);
                              });
                          });
        } catch (std::exception const&) {
            respond(turn, problem(500, "the page could not be made"));
        }
    }

    /// The first answer to each request counts.
    void respond(unsigned turn, Response response)
    {
        if (turn != turn_) return;
        ++turn_;
        late_.cancel();
        send(std::move(response));
    }

    void send(Response response)
    {
        auto const& request = parser_->get();
        bool const head = request.method() == bhttp::verb::head;
        response_ = {};
        response_.version(request.version() == 10 ? 10 : 11);
        response_.result(response.status);
        response_.set(bhttp::field::content_type, response.type);
        response_.set(bhttp::field::cache_control, "no-store");
        if (response.status == 405) response_.set(bhttp::field::allow, "GET, HEAD");
        response_.keep_alive(!close_after_);
        response_.content_length(response.body.size());
        if (!head) response_.body() = std::move(response.body);
        stream_.expires_after(all_.limits_.send);
        serializer_.emplace(response_);
        auto const sent = [self = shared_from_this()](Error error, std::size_t) {
            if (error) return;
            if (self->close_after_) return self->end();
            self->wait_for_request();
        };
        if (head)
            bhttp::async_write_header(stream_, *serializer_, sent);
        else
            bhttp::async_write(stream_, *serializer_, sent);
    }

    /// Hears the client out for a moment: closed at once, what was sent could be lost to it.
    void end()
    {
        Error ignored;
        stream_.socket().shutdown(Socket::shutdown_send, ignored);
        stream_.expires_after(std::chrono::seconds{1});
        hear_out();
    }

    void hear_out()
    {
        buffer_.clear();
        stream_.async_read_some(buffer_.prepare(1024),
                                [self = shared_from_this()](Error error, std::size_t) {
                                    if (!error) self->hear_out();
                                });
    }

    beast::basic_stream<asio::generic::stream_protocol> stream_;
    Connections& all_;
    beast::flat_buffer buffer_{64 * 1024};
    std::optional<bhttp::request_parser<bhttp::empty_body>> parser_{};
    bhttp::response<bhttp::string_body> response_{};
    std::optional<bhttp::response_serializer<bhttp::string_body>> serializer_{};
    asio::steady_timer late_{stream_.get_executor()};
    unsigned turn_ = 0;
    bool close_after_ = false;
};

void Connections::end()
{
    std::lock_guard const lock(gate_->mutex);
    gate_->open = false;
}

void Connections::begin(Socket socket)
{
    if (open_.size() >= limits_.connections)
        if (auto const longest_idle = open_.front().lock()) longest_idle->close();
    auto const connection = std::make_shared<Connection>(std::move(socket), *this);
    connection->place = open_.insert(open_.end(), connection);
    connection->wait_for_request();
}

void Connections::touch(Open::iterator connection)
{
    if (connection != open_.end()) open_.splice(open_.end(), open_, connection);
}

} // namespace rowbot::http
