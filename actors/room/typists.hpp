#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "actors/chat_message.hpp"

namespace lightstick::actors::room {

/// Who is writing something, in small rooms. Volatile. Not thread-safe; the caller brings the time.
/// Bounds: `typists_max`, more are not shown; a list every `tell_every`; who says nothing more is off it after `shown_for`.
class typists {
 public:
  static constexpr std::uint32_t sessions_max = 100;  ///< in larger rooms nobody is shown
  static constexpr std::size_t typists_max = 20;
  static constexpr std::chrono::seconds shown_for{6};
  static constexpr std::chrono::milliseconds tell_every{500};

  /// False when they are not shown.
  bool types(const member& who, std::uint32_t sessions, steady_time now);
  /// They have said it, or gone.
  void ends(const user_id& who);
  /// When `take` has something; none when nobody types and everybody knows.
  [[nodiscard]] std::optional<steady_time> due() const;
  /// Who types, when that is to be told now: all of them, by user.
  [[nodiscard]] std::optional<std::vector<member>> take(std::uint32_t sessions, steady_time now);

 private:
  void expire(steady_time now);

  std::map<user_id, std::pair<member, steady_time>> by_user_;
  bool changed_ = false;
  std::optional<steady_time> told_;
};

}  // namespace lightstick::actors::room
