#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/http.hpp"
#include "tests/support/stream.hpp"
#include "tests/support/value.hpp"
#include "tests/support/ws_frame.hpp"

namespace lightstick::test {

struct ws_options {
  dial_options dial{};
  test::encoding encoding = test::encoding::json;
  bool subprotocol = true;  ///< false: none is asked for (then the encoding is JSON)
  std::string path = "/v1/ws";
  std::string headers{};    ///< whole lines, each with its "\r\n"
};

/// The server refused the upgrade.
struct upgrade_refused : std::runtime_error {
  explicit upgrade_refused(http_response r)
      : std::runtime_error("upgrade answered " + std::to_string(r.status)), response(std::move(r)) {}
  http_response response;
};

/// The connection is gone while an answer was waited for.
struct connection_lost : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What a reader sees of a message.
struct chat {
  std::uint64_t off = 0;
  std::int64_t ts = 0;
  std::string user;
  std::string name;
  std::string role;
  std::string text;
  bool gone = false;  ///< withdrawn: it has `off` and nothing else
  std::string tomb{};  ///< what it withdraws, "44", "user 17" or "something"; empty: it is a message
  friend bool operator==(const chat&, const chat&) = default;
};
[[nodiscard]] chat parse_chat(const value& message);
std::ostream& operator<<(std::ostream& out, const chat& c);
/// Of the "msgs" of a join result or a history page.
[[nodiscard]] std::vector<chat> parse_chats(const value& holder);

/// A client of the protocol on one connection and one thread: it reads only inside its own calls. Every wait ends by
/// `patience` with `timed_out`; a connection that ends meanwhile is `connection_lost`.
class ws_client {
 public:
  /// Connects, upgrades and takes `hello`. Throws `upgrade_refused`.
  explicit ws_client(const ws_options& o);

  [[nodiscard]] const value& hello() const noexcept { return hello_; }
  [[nodiscard]] const http_response& upgrade() const noexcept { return upgrade_; }

  // ---- requests; `frame` is given an id of its own ----
  std::uint64_t send(value::map frame);
  /// Ids of `send` begin here. Answers to smaller ones are to frames that the test made up, any number of times: they go
  /// to the anonymous ones.
  void count_ids_from(std::uint64_t first) noexcept { first_id_ = last_id_ = first; }
  /// The whole answer. Answers may come in another order than asked.
  value answer(std::uint64_t id, deadline until = deadline{});
  std::optional<value> answer_if_there(std::uint64_t id);
  /// Sends and gives what is under "ok"; throws `std::runtime_error` when it is an error.
  value ok(value::map frame);
  /// Sends and gives what is under "err"; throws when it is none.
  value err(value::map frame);
  std::uint64_t err_code(value::map frame) { return err(std::move(frame))["code"].number(); }

  value auth(const std::string& token, const std::string& device = "d1", value::array resume = {});
  value join(const std::string& room);
  /// Publishes until it is committed, waiting as told when rate limited. Gives the "ok" body.
  value publish(const std::string& room, const std::string& text, const std::string& cid = {});
  /// All messages after `off`, page by page, waiting as told when rate limited.
  std::vector<chat> history_after(const std::string& room, std::uint64_t off, std::uint64_t limit = 100);
  /// `ok`, asked again when rate limited after the time that the answer says.
  value ok_at_any_rate(const value::map& frame);

  // ---- what the server sends on its own ----
  /// Every message pushed for the room so far, in the order it came.
  [[nodiscard]] const std::vector<chat>& pushed(const std::string& room) { return pushed_[room]; }
  /// How many messages the room's pushes said to be left out.
  [[nodiscard]] std::uint64_t skipped(const std::string& room) { return skipped_[room]; }
  /// `pushed`, once a message of at least that offset is there.
  const std::vector<chat>& pushed_through(const std::string& room, std::uint64_t off);
  /// The next push of that `op` (other than msgs) that fits, in the order they came; it is taken out.
  template <class Fits>
  value push(std::string_view op, Fits&& fits) {
    value found;
    until("a push of '" + std::string(op) + "'", [&] { return take_push(op, fits, found); });
    return found;
  }
  value push(std::string_view op) {
    return push(op, [](const value&) { return true; });
  }
  [[nodiscard]] bool has_push(std::string_view op) const;
  /// Frames that are neither an answer to an id of ours nor a push, such as refusals of frames that had no id.
  value anonymous_answer();

  // ---- the connection ----
  /// Reads what has arrived, waiting for the first bytes up to `limit`.
  void read_for(milliseconds limit);
  /// Waits for the end and gives the close code; 1006 when the connection ended without one.
  std::uint16_t closed(deadline until = deadline{});
  [[nodiscard]] bool is_open() const noexcept { return !close_code_.has_value(); }
  void send_value(const value& v);
  void send_message(opcode kind, std::string_view payload);
  void send_bytes(std::string_view raw) { stream_.write(raw); }
  [[nodiscard]] opcode data_opcode() const noexcept {
    return encoding_ == encoding::json ? opcode::text : opcode::binary;
  }
  [[nodiscard]] stream& raw() noexcept { return stream_; }
  /// A close frame with 1000, and the server's answer to it.
  void close();
  [[nodiscard]] std::uint64_t pings_seen() const noexcept { return pings_; }
  void answer_pings(bool yes) noexcept { answers_pings_ = yes; }

 private:
  template <class Done>
  void until(const std::string& what, Done&& done, deadline end = deadline{}) {
    while (!done()) {
      if (close_code_) {
        throw connection_lost("waiting for " + what + ": closed with " + std::to_string(*close_code_));
      }
      if (end.passed()) {
        throw timed_out("waited in vain for " + what);
      }
      pump(end);
    }
  }
  template <class Fits>
  bool take_push(std::string_view op, Fits&& fits, value& found) {
    for (auto at = pushes_.begin(); at != pushes_.end(); ++at) {
      if ((*at)["op"].text() == op && fits(*at)) {
        found = std::move(*at);
        pushes_.erase(at);
        return true;
      }
    }
    return false;
  }
  void handshake(const ws_options& o);
  void pump(deadline end);
  void take_in(ws_message m);
  void take_frame(value frame);

  test::encoding encoding_;
  stream stream_;
  http_response upgrade_;
  ws_reader reader_;
  value hello_;
  std::uint64_t first_id_ = 0;
  std::uint64_t last_id_ = 0;
  std::map<std::uint64_t, value> answers_;
  std::deque<value> anonymous_;
  std::deque<value> pushes_;
  std::map<std::string, std::vector<chat>> pushed_;
  std::map<std::string, std::uint64_t> skipped_;
  std::optional<std::uint16_t> close_code_;
  std::uint64_t pings_ = 0;
  bool answers_pings_ = true;
};

}  // namespace lightstick::test
