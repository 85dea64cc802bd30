#pragma once

#include <map>
#include <string>

#include "tests/sim/rooms/bell.hpp"
#include "tests/sim/rooms/node.hpp"
#include "tests/sim/rooms/stage.hpp"

namespace lightstick::sim {

/// Somebody who sets a bell, hushes it, and listens: what was set rings, once, and not before its time.
class ringer {
 public:
  /// REQUIRES: the stage outlives it.
  ringer(stage& on, std::size_t number) : on_(on), bell_{bell::kind, "b" + std::to_string(number)} {}
  ringer(const ringer&) = delete;
  ringer& operator=(const ringer&) = delete;

  void begin() { act_later(); }
  /// Forgets the questions that a process took with it.
  void node_gone();
  [[nodiscard]] bool content() const noexcept { return waits_ == 0; }
  /// Asks for all that has rung; the answer is checked. At the end nothing that was set may be missing.
  void listen(bool at_the_end);
  [[nodiscard]] bool heard_the_end() const noexcept { return heard_end_; }
  [[nodiscard]] wall_ms last_due() const noexcept { return last_due_; }
  [[nodiscard]] const actor_id& bell() const noexcept { return bell_; }

 private:
  enum class fate : std::uint8_t { unknown, set, never };
  struct ring {
    std::int64_t due_ms = 0;
    fate is = fate::unknown;
    bool hushed = false;               ///< somebody tried
    std::int64_t silent_from_ms = 0;   ///< it is hushed; 0: not that we know
  };
  void act_later();
  void act();
  void set();
  void hush();
  template <class Answer, class Command, class F>
  void ask(Command c, F done);
  void check(const bell::heard_so_far& all, bool at_the_end);

  stage& on_;
  actor_id bell_;
  std::map<std::string, ring> rings_;
  std::uint64_t names_ = 0;
  std::uint64_t life_ = 0;
  std::size_t waits_ = 0;
  std::size_t heard_ = 0;
  wall_ms last_due_{};
  bool heard_end_ = false;
};

/// Never rings: it is the end of its bell each time, until it is set aside.
[[nodiscard]] inline bool is_poison(std::string_view text) { return text.starts_with("poison"); }

}  // namespace lightstick::sim
