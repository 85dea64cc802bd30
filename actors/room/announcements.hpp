#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "actors/fanout.hpp"

namespace lightstick::actors::room {

/// Merges what changes about who is in a room, so that a stampede becomes a few announcements. Not thread-safe; the
/// caller brings the time.
///
/// Bounds: one announcement every `small_every` (rooms above `announce_max` sessions: `large_every` for each
/// `large_step` of them, numbers only, so that a stampede does not cost its square);
/// `names_max` names in one, those beyond it are left out and only counted. Who comes and goes in between is not
/// named at all.
class announcements {
 public:
  static constexpr std::chrono::milliseconds small_every{250};
  static constexpr std::chrono::milliseconds large_every{1000};
  static constexpr std::uint32_t large_step = 2'000;
  static constexpr std::size_t names_max = 100;

  explicit announcements(std::uint32_t announce_max) : announce_max_(announce_max) {}

  /// `sessions` is the occupancy after the change.
  void joined(const member& who, std::uint32_t sessions);
  void left(const user_id& who, std::uint32_t sessions);
  void counted() { pending_ = true; }
  /// Something that people wait for: told as soon as in a small room.
  void changed() { pending_ = urgent_ = true; }
  /// Reactions were counted: told as soon as in a small room, and in a large one every `large_every`.
  void reacted() { pending_ = lively_ = true; }

  [[nodiscard]] bool pending() const noexcept { return pending_; }
  [[nodiscard]] std::size_t names() const noexcept { return joined_.size() + left_.size(); }
  /// When the next announcement may go out; none when there is nothing to say.
  [[nodiscard]] std::optional<steady_time> due(std::uint32_t sessions) const;
  /// What is to be said now; null when it is not due or all changes have cancelled out.
  [[nodiscard]] std::shared_ptr<const room_change> take(const room_id& room, const room_status& now_is,
                                                        steady_time now);

 private:
  std::uint32_t announce_max_;
  bool pending_ = false;
  bool urgent_ = false;
  bool lively_ = false;
  std::optional<steady_time> last_;
  std::optional<room_status> told_;
  std::map<user_id, member> joined_;
  std::set<user_id> left_;
};

}  // namespace lightstick::actors::room
