#pragma once

// Included by http_session_plain.cpp and http_session_tls.cpp only, so that each stream compiles once.

#include <utility>  // before awaitable.hpp, which needs it

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include "gateway/net/forwarding.hpp"
#include "gateway/net/http_session.hpp"
#include "gateway/net/pending_answer.hpp"
#include "gateway/net/text.hpp"
#include "gateway/net/upgrade.hpp"
#include "gateway/net/ws_connection.hpp"
#include "runtime/base/log.hpp"

namespace lightstick::gateway::net {

namespace http = boost::beast::http;

/// One connection while it speaks HTTP, as a coroutine on its I/O thread. The sweep cancels what is under way when the
/// deadline passes; the coroutine then says 408 and ends; a second deadline closes the socket under it.
template <class Stream>
class http_session final : public tracked, public std::enable_shared_from_this<http_session<Stream>> {
 public:
  http_session(io_thread& thread, Stream stream, place where, const http_config& config)
      : thread_(thread),
        core_(thread.shared()),
        stream_(std::move(stream)),
        place_(std::move(where)),
        config_(config),
        deadline_(core_.clock.now() + core_.opts.handshake_timeout) {
    thread_.track(*this);
  }

  void run() { asio::co_spawn(thread_.context(), serve(this->shared_from_this()), asio::detached); }

  void sweep(steady_time now) override {
    if (now < deadline_) return;
    if (timed_out_) return abort();
    timed_out_ = true;
    deadline_ = now + last_words;
    error_code ignored;
    socket_of(stream_).cancel(ignored);
  }
  void drain(steady_time until) override {
    ending_ = true;
    drain_until_ = until;
    error_code ignored;
    if (idle_) socket_of(stream_).cancel(ignored);
  }
  void abort() override {
    error_code ignored;
    socket_of(stream_).close(ignored);
  }

 private:
  using request_parser = http::request_parser<http::string_body>;
  static constexpr std::chrono::milliseconds last_words{2'000};
  static constexpr std::chrono::milliseconds handler_limit{10'000};
  static constexpr std::chrono::milliseconds origin_pause{1'000};
  static constexpr std::chrono::milliseconds busy_pause{5'000};
  static constexpr std::size_t read_bytes = 2'048;
  static constexpr bool encrypted = std::is_same_v<Stream, tls_stream>;

  // ---- the connection's life ----

  awaitable<void> serve(std::shared_ptr<http_session> self) {
    try {
      const bool begun = co_await begin();
      if (begun) {
        while (co_await exchange()) {
        }
      }
      if (!upgraded_) co_await finish();
    } catch (const std::exception& e) {
      LS_LOG(gateway, error, "http session failed", {"why", e.what()});
      abort();
    }
    (void)self;
  }

  awaitable<bool> begin() {
    if (config_.clients && core_.opts.forwarded == forwarding::proxy_protocol) {
      const bool known = co_await read_proxy_header();
      if (!known) co_return false;
    }
    if constexpr (encrypted) {
      error_code ec;
      const auto early = buffer_.data();
      const auto used = co_await stream_.async_handshake(asio::ssl::stream_base::server, early,
                                                         asio::redirect_error(use_awaitable, ec));
      buffer_.consume(used);
      if (ec) {
        core_.counts.refused_because(refused_for::tls).add();
        LS_LOG(gateway, debug, "tls handshake failed", {"addr", place_.client.to_string()}, {"why", ec.message()});
        abort();
        co_return false;
      }
    }
    co_return true;
  }

  awaitable<bool> read_proxy_header() {
    std::string_view why = "closed or late";
    while (!timed_out_) {
      const auto seen = buffer_.data();
      auto header = parse_proxy_header({static_cast<const char*>(seen.data()), seen.size()});
      if (!header) {
        why = "malformed";
        break;
      }
      if (*header) {
        buffer_.consume((*header)->bytes);
        if (!(*header)->client) co_return true;
        place_.client = *(*header)->client;
        place_.of_address = core_.limits.admit(place_.client);
        if (place_.of_address) co_return true;
        core_.counts.refused_because(refused_for::address_full).add();
        abort();
        co_return false;
      }
      error_code ec;
      const auto got = co_await socket_of(stream_).async_read_some(buffer_.prepare(proxy_header_bytes_max),
                                                                   asio::redirect_error(use_awaitable, ec));
      if (ec) break;
      buffer_.commit(got);
    }
    core_.counts.refused_because(refused_for::proxy_header).add();
    LS_LOG(gateway, info, "proxy header refused", {"addr", place_.client.to_string()}, {"why", why});
    abort();
    co_return false;
  }

  /// Says that nothing more comes, and reads what the peer still sends for a moment: closing over unread bytes would
  /// reset the connection and could take the last answer with it.
  awaitable<void> finish() {
    error_code ec;
    set_deadline(last_words);
    if constexpr (encrypted) {
      co_await stream_.async_shutdown(asio::redirect_error(use_awaitable, ec));
    } else if (socket_of(stream_).is_open()) {
      stream_.shutdown(tcp_socket::shutdown_send, ec);
      buffer_.clear();
      std::size_t drained = 0;
      while (!ec && !timed_out_ && drained < linger_bytes_max) {
        drained +=
            co_await stream_.async_read_some(buffer_.prepare(read_bytes), asio::redirect_error(use_awaitable, ec));
      }
    }
    abort();
  }

  // ---- one request and its answer ----

  awaitable<bool> exchange() {
    const bool more = co_await first_bytes();
    if (!more) co_return false;
    set_deadline(core_.opts.header_timeout);
    request_parser parser;
    parser.header_limit(core_.opts.header_bytes_max);
    parser.body_limit(core_.opts.body_bytes_max);
    auto ec = co_await read_header(parser);
    if (!ec && wants_websocket(parser.get())) co_return co_await upgrade(parser);
    if (!ec && equal_ignoring_case(view(parser.get()[http::field::expect]), "100-continue") && !parser.is_done()) {
      static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
      co_await asio::async_write(stream_, asio::buffer(go_on), asio::redirect_error(use_awaitable, ec));
    }
    if (!ec && !parser.is_done()) {
      co_await http::async_read(stream_, buffer_, parser, asio::redirect_error(use_awaitable, ec));
    }
    if (ec) co_return co_await refuse(ec);
    co_return co_await answer(parser.get());
  }

  /// Beast's own limit counts what its parser has taken; ours counts what was read, so that a header that is never
  /// complete is bounded too.
  awaitable<error_code> read_header(request_parser& parser) {
    error_code ec;
    std::size_t bytes = 0;
    while (!ec && !parser.is_header_done()) {
      bytes += co_await http::async_read_some(stream_, buffer_, parser, asio::redirect_error(use_awaitable, ec));
      if (!ec && bytes > core_.opts.header_bytes_max) ec = http::error::header_limit;
    }
    co_return ec;
  }

  awaitable<bool> first_bytes() {
    if (buffer_.size() > 0) co_return true;
    if (ending_) co_return false;
    set_deadline(answered_ ? core_.opts.idle_timeout : core_.opts.header_timeout);
    idle_ = true;
    error_code ec;
    const auto got =
        co_await stream_.async_read_some(buffer_.prepare(read_bytes), asio::redirect_error(use_awaitable, ec));
    idle_ = false;
    buffer_.commit(got);
    co_return !ec && !timed_out_;
  }

  /// A request that cannot be read: says why when somebody may still listen.
  awaitable<bool> refuse(error_code ec) {
    std::optional<http_response> why;
    if (timed_out_) {
      core_.counts.http_timeouts.add();
      why = error_response(408, actors::errc::bad_request, "the request came too slowly");
    } else if (ec == http::error::header_limit || ec == http::error::buffer_overflow) {
      why = error_response(431, actors::errc::bad_request, "the request's header is too large");
    } else if (ec == http::error::body_limit) {
      why = error_response(413, actors::errc::bad_request, "the request's body is too large");
    } else if (ec != http::error::end_of_stream && ec != http::error::partial_message &&
               ec.category() == http::make_error_code(http::error::bad_method).category()) {
      why = error_response(400, actors::errc::bad_request, "not an HTTP request");
    }
    if (why) co_await write(*why, false, false);
    co_return false;
  }

  awaitable<bool> answer(const http::request<http::string_body>& req) {
    const bool head = req.method() == http::verb::head;
    place_.opening = {};
    bool keep_alive = req.keep_alive();
    http_response response;
    if (!takes(req.method())) {
      response = wrong_method_response("GET, HEAD, POST");
    } else if (req.version() == 11 && req.find(http::field::host) == req.end()) {
      response = error_response(400, actors::errc::bad_request, "the Host header is missing");
      keep_alive = false;
    } else {
      response = co_await ask_service(req);
    }
    keep_alive = keep_alive && !ending_ && !timed_out_ && !core_.draining.load(std::memory_order_relaxed);
    co_return co_await write(response, head, keep_alive);
  }

  /// What a service is asked at all.
  [[nodiscard]] bool takes(http::verb method) const noexcept {
    if (method == http::verb::get || method == http::verb::head || method == http::verb::post) return true;
    return config_.clients &&
           (method == http::verb::put || method == http::verb::patch || method == http::verb::delete_);
  }

  awaitable<http_response> ask_service(const http::request<http::string_body>& req) {
    set_deadline(handler_limit + last_words);
    answer_wait wait(thread_.context());
    config_.service->handle(view_of(req), [slot = wait.slot()](http_response r) { slot->give(std::move(r)); });
    if (!wait.slot()->response) {
      timer limit(thread_.context());
      limit.expires_after(handler_limit);
      wait.slot()->waiting = &limit;
      error_code ec;
      co_await limit.async_wait(asio::redirect_error(use_awaitable, ec));
      wait.slot()->waiting = nullptr;
    }
    if (!wait.slot()->response) co_return error_response(503, actors::errc::unavailable, "no answer in time");
    co_return std::move(*wait.slot()->response);
  }

  /// True when another request may follow.
  awaitable<bool> write(const http_response& r, bool head, bool keep_alive) {
    core_.counts.http_answers(r.status).add();
    set_deadline(core_.opts.write_timeout);
    const auto top = write_head(r, keep_alive);
    const auto content = head ? std::string_view{} : r.content();
    const std::array<asio::const_buffer, 2> both{asio::buffer(top), asio::buffer(content)};
    error_code ec;
    co_await asio::async_write(stream_, both, asio::redirect_error(use_awaitable, ec));
    answered_ = true;
    co_return !ec && keep_alive && !timed_out_;
  }

  // ---- WebSocket ----

  [[nodiscard]] bool wants_websocket(const http::request<http::string_body>& req) const {
    return config_.clients && boost::beast::websocket::is_upgrade(req) && path_of(req.target()) == "/v1/ws";
  }

  awaitable<bool> upgrade(request_parser& parser) {
    const auto& req = parser.get();
    const auto origin = view(req[http::field::origin]);
    if (core_.draining.load(std::memory_order_relaxed)) {
      co_return co_await write(error_response(503, actors::errc::unavailable, "the node drains"), false, false);
    }
    if (!origin_allowed(origin, view(req[http::field::host]), core_.opts.origins)) {
      core_.counts.refused_because(refused_for::origin).add();
      LS_LOG(gateway, info, "origin refused", {"origin", origin}, {"addr", place_.client.to_string()});
      co_await pause(origin_pause);
      co_return co_await write(error_response(403, actors::errc::forbidden, origin_refusal(origin)), false, false);
    }
    if (auto why =
            bad_upgrade(view(req[http::field::sec_websocket_version]), view(req[http::field::sec_websocket_key]))) {
      co_return co_await write(*why, false, false);
    }
    const auto offers = joined(req, http::field::sec_websocket_protocol);
    const auto chosen = choose_subprotocol(offers);
    if (!chosen || buffer_.size() > 0) {
      const auto why = chosen ? std::string("bytes before the upgrade was answered") : chosen.error().detail;
      co_return co_await write(error_response(400, actors::errc::bad_request, why), false, false);
    }
    if (!admit_forwarded(req)) {
      core_.counts.refused_because(refused_for::address_full).add();
      const auto too_many = error_response(429, actors::errc::overloaded, "too many connections from this address",
                                           std::chrono::seconds{5});
      co_return co_await write(too_many, false, false);
    }
    const bool busy = co_await too_busy();
    if (busy) {
      co_return co_await write(error_response(503, actors::errc::overloaded, "the node is busy", busy_pause), false,
                               false);
    }
    core_.counts.http_answers(101).add();
    set_deadline(core_.opts.write_timeout);
    const auto yes = upgrade_answer(view(req[http::field::sec_websocket_key]), chosen->name);
    error_code ec;
    co_await asio::async_write(stream_, asio::buffer(yes), asio::redirect_error(use_awaitable, ec));
    if (ec || timed_out_) co_return false;
    upgraded_ = true;
    auto connection =
        std::make_shared<ws_connection<Stream>>(thread_, std::move(stream_), std::move(place_), chosen->format);
    connection->begin();
    if (ending_) connection->drain(drain_until_);
    co_return false;
  }

  /// Those who are inside come first: nobody more is let in while the thread is late, or too many are on their way in.
  /// What the thread has to do before it comes back to us tells how late it is.
  awaitable<bool> too_busy() {
    const auto asked = core_.clock.now();
    co_await asio::post(thread_.context(), use_awaitable);
    thread_.note_lag(core_.clock.now() - asked);
    auto why = refused_for::overloaded;
    if (!thread_.overloaded()) {
      if (!place_.opening) place_.opening = core_.handshakes.admit();
      if (place_.opening) co_return false;
      why = refused_for::handshakes;
    }
    core_.counts.refused_because(why).add();
    co_return true;
  }

  // ---- small things ----

  /// A page that may not come in and tries again and again is slowed by this.
  awaitable<void> pause(std::chrono::milliseconds for_so_long) {
    set_deadline(for_so_long + last_words);
    timer wait(thread_.context());
    wait.expires_after(for_so_long);
    error_code ec;
    co_await wait.async_wait(asio::redirect_error(use_awaitable, ec));
  }

  /// The balancer is to tell the client's address in a header of this connection's requests.
  [[nodiscard]] bool by_header() const {
    const auto how = core_.opts.forwarded;
    return (how == forwarding::forwarded || how == forwarding::x_forwarded_for) &&
           core_.trusted.contains(place_.client);
  }

  [[nodiscard]] std::optional<ip_address> told_client(const http::request<http::string_body>& req) const {
    if (core_.opts.forwarded == forwarding::forwarded) {
      return client_of_forwarded(joined(req, http::field::forwarded), core_.trusted);
    }
    return client_of_x_forwarded_for(joined(req, "X-Forwarded-For"), core_.trusted);
  }

  /// The place of a client behind a balancer is counted by the address that the balancer tells; without one, by the
  /// balancer's own, which is never exempt: who can hide its address must not gain by it.
  [[nodiscard]] bool admit_forwarded(const http::request<http::string_body>& req) {
    if (place_.of_address || !by_header()) return true;
    const auto told = told_client(req);
    if (told) place_.client = *told;
    place_.of_address = core_.limits.admit(place_.client, told.has_value());
    return static_cast<bool>(place_.of_address);
  }

  [[nodiscard]] http_request view_of(const http::request<http::string_body>& req) const {
    http_request out;
    const auto target = view(req.target());
    out.method = view(req.method_string());
    out.path = path_of(req.target());
    if (out.path.size() < target.size()) out.query = target.substr(out.path.size() + 1);
    out.body = req.body();
    static constexpr std::string_view scheme = "Bearer ";
    const auto authorization = view(req[http::field::authorization]);
    if (equal_ignoring_case(authorization.substr(0, scheme.size()), scheme)) {
      out.bearer = authorization.substr(scheme.size());
    }
    out.if_none_match = view(req[http::field::if_none_match]);
    out.content_type = view(req[http::field::content_type]);
    out.idempotency_key = joined(req, "Idempotency-Key");
    out.client = place_.client;
    if (by_header()) {
      const auto told = told_client(req);
      out.client = told.value_or(place_.client);
      out.client_known = told.has_value();
    }
    return out;
  }

  [[nodiscard]] static std::string_view view(boost::beast::string_view s) { return {s.data(), s.size()}; }
  [[nodiscard]] static std::string_view path_of(boost::beast::string_view target) {
    return view(target).substr(0, target.find('?'));
  }
  template <class Name>
  [[nodiscard]] static std::string joined(const http::request<http::string_body>& req, Name name) {
    std::string out;
    const auto range = req.equal_range(name);
    for (auto at = range.first; at != range.second; ++at) {
      if (!out.empty()) out += ',';
      out += view(at->value());
    }
    return out;
  }

  void set_deadline(std::chrono::milliseconds in) { deadline_ = core_.clock.now() + in; }

  static constexpr std::size_t linger_bytes_max = 256 * 1024;

  io_thread& thread_;
  core& core_;
  Stream stream_;
  place place_;
  const http_config& config_;
  boost::beast::flat_buffer buffer_;
  steady_time deadline_;
  steady_time drain_until_;
  bool timed_out_ = false;
  bool idle_ = false;
  bool ending_ = false;
  bool answered_ = false;
  bool upgraded_ = false;
};

}  // namespace lightstick::gateway::net
