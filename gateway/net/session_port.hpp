#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "actors/session/client_port.hpp"
#include "gateway/net/gateway_metrics.hpp"
#include "gateway/net/push_item.hpp"

namespace lightstick::gateway::net {

/// What an answer means for one subscription.
struct join_effect {
  room_id room;
  struct success {
    offset at;
    actors::room_status status;
  };
  std::optional<success> joined;  ///< none: the join failed
};

/// One call of the session to its client, on its way to the connection's thread.
struct port_event {
  std::optional<actors::session::request_id> settles;  ///< the request that this answers or refuses
  bool refused = false;
  ws::prepared frame;
  std::vector<join_effect> joins;
  std::vector<actors::errc> errors;  ///< that the frame tells the client of
  std::optional<room_id> left;
  std::optional<actors::session::close_code> close;
  std::string reason;
};

/// The connection's side of a port.
class port_owner {
 public:
  virtual ~port_owner() = default;
  /// Called on the I/O thread after one or more events were put.
  virtual void drain_port() = 0;
};

/// The session's way to its socket. Calls come on the session's thread: frames are encoded there, put in order into
/// one list, and the I/O thread is woken once however many wait. After `detach` calls do nothing.
/// Bound: `events_max` waiting; beyond it the client is closed with 4101 and the rest is dropped.
class session_port final : public actors::session::client_port, public std::enable_shared_from_this<session_port> {
 public:
  static constexpr std::size_t events_max = 1'024;

  /// REQUIRES: `detach` before `owner`, `context` or `counts` goes.
  session_port(protocol::encoding format, boost::asio::io_context& context, port_owner& owner, gateway_metrics& counts)
      : format_(format), context_(context), counts_(counts), owner_(&owner) {}

  void answer(actors::session::request_id id, actors::session::answer_body body) override;
  void refuse(actors::session::request_id id, actors::session::refusal r) override;
  void push(const actors::user::cursor_moved& moved) override;
  void push(const actors::session::echoed& echo) override;
  void close(actors::session::close_code code, std::string_view reason) override;

  /// Thread: the I/O thread.
  [[nodiscard]] std::vector<port_event> take();
  void detach();

 private:
  void put(port_event e);
  void wake();

  const protocol::encoding format_;
  boost::asio::io_context& context_;
  gateway_metrics& counts_;
  std::mutex mutex_;
  std::vector<port_event> events_;
  bool posted_ = false;
  bool overflowed_ = false;
  port_owner* owner_;  ///< null when detached
};

}  // namespace lightstick::gateway::net
