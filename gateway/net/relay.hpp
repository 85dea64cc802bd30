#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "actors/fanout.hpp"
#include "gateway/net/fan_lane.hpp"
#include "gateway/net/gateway_metrics.hpp"
#include "gateway/net/push_item.hpp"

namespace lightstick::gateway::net {

/// A room's one presence on this node: what waits for the hub of each I/O thread. Made by the first subscription,
/// gone with the last.
///
/// Thread: any; one mutex, held for a few pointer moves, touched once a publish and once a walk, never a delivery.
/// Bound: `waiting_max` items or about `waiting_bytes_max` for one thread. Beyond it the thread has fallen behind:
/// what waits for it is dropped and its clients of this room are closed (4101); they come back and resume.
class relay {
 public:
  static constexpr std::size_t waiting_max = 4'096;
  static constexpr std::size_t waiting_bytes_max = 16 * 1024 * 1024;

  relay(room_id room, std::size_t threads, rate_limit fan_budget)
      : room_(std::move(room)), lane_(fan_budget), slots_(threads) {}

  struct taken {
    std::vector<push_ptr> items;  ///< in order
    bool roll = false;
    bool overflowed = false;
  };
  /// All that waits for a hub; what is published from now on is posted anew.
  [[nodiscard]] taken take(std::size_t thread);
  /// A quarter of a bound waits: no time for pauses.
  [[nodiscard]] bool crowded(std::size_t thread) const;
  [[nodiscard]] std::uint64_t listeners(std::size_t thread) const;
  [[nodiscard]] const room_id& room() const noexcept { return room_; }
  void note_status(const actors::room_status& status);

 private:
  friend class relays;
  struct slot {
    std::array<std::uint32_t, protocol::encoding_count> subscribers{};
    taken waiting;
    std::size_t waiting_bytes = 0;
    bool posted = false;  ///< a walk will take what waits
    [[nodiscard]] bool empty() const noexcept { return subscribers[0] + subscribers[1] == 0; }
  };

  const room_id room_;
  std::mutex publishing_;  ///< taken before `mutex_`: one at a time says what goes out, in order
  fan_lane lane_;
  bool ticking_ = false;  ///< an `end_tick` will come
  mutable std::mutex mutex_;
  std::vector<slot> slots_;
  std::optional<actors::room_status> status_;
};

/// The way to an I/O thread: has its hub walk this relay soon. Thread: any; must not block.
class walk_poster {
 public:
  virtual ~walk_poster() = default;
  virtual void post_walk(std::shared_ptr<relay> r) = 0;
  /// The hub goes on with the relay, after what the thread has to do now and not before `after` has passed.
  virtual void post_turn(std::shared_ptr<relay> r, std::chrono::milliseconds after) = 0;
  /// `relays::end_tick` is called for it after so long.
  virtual void post_tick(std::shared_ptr<relay> r, std::chrono::milliseconds after) = 0;
};

/// All relays of the node, and the rooms' way to them.
class relays final : public actors::fanout {
 public:
  /// `fan_budget`: deliveries of a room a second, see fan_lane.
  explicit relays(gateway_metrics& m, const clock_source& clock = system_clock_source(), rate_limit fan_budget = {})
      : metrics_(m), clock_(clock), fan_budget_(fan_budget) {}
  /// REQUIRES: before the first subscription; the threads outlive all publishing.
  void connect(std::vector<walk_poster*> threads) { threads_ = std::move(threads); }

  void publish(std::shared_ptr<const actors::room_batch> batch) override;
  void publish(std::shared_ptr<const actors::room_change> change) override;
  void call_roll(const room_id& room) override;
  /// What the room's fans said last goes out, if it was left out. Thread: any.
  void end_tick(const std::shared_ptr<relay>& r);

  [[nodiscard]] walk_poster& thread(std::size_t index) noexcept { return *threads_[index]; }
  /// A subscription of this thread. What the room publishes after this returned reaches the thread.
  [[nodiscard]] std::shared_ptr<relay> add(const room_id& room, std::size_t thread, protocol::encoding e);
  void remove(const std::shared_ptr<relay>& r, std::size_t thread, protocol::encoding e);

  struct row {
    room_id room;
    std::uint32_t members = 0;
  };
  /// Rooms whose status is known here, in no order.
  [[nodiscard]] std::vector<row> list() const;

 private:
  struct shard {
    mutable std::mutex mutex;
    std::unordered_map<room_id, std::shared_ptr<relay>> by_room;
  };
  [[nodiscard]] shard& shard_of(const room_id& room) noexcept {
    return shards_[std::hash<room_id>{}(room) % shards_.size()];
  }
  [[nodiscard]] std::shared_ptr<relay> find(const room_id& room);
  void send(const std::shared_ptr<relay>& r, std::vector<fan_lane::run> runs);
  void hand_out(const std::shared_ptr<relay>& r, push_item item);
  void post(const std::shared_ptr<relay>& r, const std::vector<std::size_t>& threads);

  gateway_metrics& metrics_;
  const clock_source& clock_;
  const rate_limit fan_budget_;
  std::vector<walk_poster*> threads_;
  std::array<shard, 32> shards_;
};

}  // namespace lightstick::gateway::net
