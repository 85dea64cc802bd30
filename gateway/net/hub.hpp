#pragma once

#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

#include "gateway/net/relay.hpp"
#include "runtime/base/clock.hpp"

namespace lightstick::gateway::net {

class hub;
struct hub_room;

enum class behind : std::uint8_t { held_overflow, relay_overflow, offset_gap };

/// One connection as its hub sees it. Thread: the hub's. The calls below come while the hub walks: they must not
/// change subscriptions before they return (a connection that has to go says so and goes later).
class subscriber {
 public:
  subscriber() = default;
  subscriber(const subscriber&) = delete;
  subscriber& operator=(const subscriber&) = delete;
  /// REQUIRES: `hub::leave_all` was called.
  virtual ~subscriber() = default;

  [[nodiscard]] virtual protocol::encoding format() const noexcept = 0;
  /// Queues a frame; `flush` follows.
  virtual void push(const ws::prepared& frame) = 0;
  virtual void flush() = 0;
  /// A push was or would be missed: to be closed with 4101.
  virtual void fell_behind(behind why) = 0;
  virtual void roll_call(const room_id& room) = 0;
  /// Much waits for its socket: a walk that has more to bring gives it a moment.
  [[nodiscard]] virtual bool lags() const noexcept = 0;

  [[nodiscard]] std::size_t rooms() const noexcept { return places_.size(); }

 private:
  friend class hub;
  struct membership {
    hub_room* room;
    std::uint32_t index;  ///< in the room's vector
  };
  std::vector<membership> places_;
};

/// The subscriptions of one I/O thread: room -> connections. Thread: that I/O thread only.
///
/// The life of a subscription:
///  1. `joining` when the client's join is seen, before the session hears of it. From then on the room's pushes reach
///     this hub, and are held for this subscriber.
///  2. `joined`, after the answer with offset N was queued: what is held beyond N follows, then all that comes.
///  3. `left`, `join_failed` or `leave_all`.
/// Invariants: (1) the pushes of a room that a subscriber gets are consecutive offsets, the first is N+1; a subscriber
/// for which that cannot be kept is told `fell_behind`. (2) While further joins of a room are under way, an ended
/// subscription holds instead of ending; what came since `joining` is held also while an earlier join is in force, as
/// the answer to come may count from before it.
/// Turns: a walk brings about `turn_bytes_max` to everybody and lets the thread do other work, the sockets' writes
/// among it, before it goes on; while one of them lags, a room gets no more than about that in each `patience`, unless
/// the relay fills up. So who reads promptly gets a backlog of any size, and who does not is closed at its bound.
/// Bounds: `held_max` pushes held a subscription; what one `relay::take` gave.
class hub {
 public:
  hub(relays& all, std::size_t thread, std::size_t held_max, const clock_source& clock, gateway_metrics& m);
  hub(const hub&) = delete;
  hub& operator=(const hub&) = delete;
  ~hub();

  void joining(subscriber& who, const room_id& room);
  void joined(subscriber& who, const room_id& room, offset at, const actors::room_status& status);
  /// The session answered the join with an error.
  void join_failed(subscriber& who, const room_id& room);
  /// The join was never carried out: what was before goes on.
  void join_refused(subscriber& who, const room_id& room);
  void left(subscriber& who, const room_id& room);
  void leave_all(subscriber& who);

  static constexpr std::size_t turn_bytes_max = item_bytes_max;
  static constexpr std::chrono::milliseconds pause{5};
  static constexpr std::chrono::milliseconds patience{30};

  /// Brings what waits in the relay to the room's subscribers: the first turn, the others follow by `post_turn`.
  void walk(relay& r);
  /// The next turn; called for each `post_turn`.
  void go_on(relay& r);

 private:
  struct subscription;
  using items = std::vector<push_ptr>;
  [[nodiscard]] subscription* find(subscriber& who, const room_id& room) noexcept;
  void turn(hub_room& room);
  [[nodiscard]] bool has_to_pause(hub_room& room);
  void take_over(hub_room& room);
  /// The next part of the backlog, in every encoding that the room needs.
  [[nodiscard]] items next_part(hub_room& room);
  void give(subscription& s, const items& part);
  [[nodiscard]] bool hold(subscription& s, const items& part);
  void catch_up(subscription& s);
  void continue_later(hub_room& room, std::chrono::milliseconds after);
  void deliver(subscription& s, const push_item& item);
  void end_or_hold(subscriber& who, subscription& s);
  void remove(subscriber& who, std::size_t place);
  void remove_one(subscriber& who, const room_id& room);
  [[nodiscard]] encodings_wanted wanted_in(const hub_room& room) const noexcept;

  friend struct hub_room;
  relays& relays_;
  const std::size_t thread_;
  const std::size_t held_max_;
  const clock_source& clock_;
  gateway_metrics& metrics_;
  std::unordered_map<room_id, std::unique_ptr<hub_room>> rooms_;
};

}  // namespace lightstick::gateway::net
