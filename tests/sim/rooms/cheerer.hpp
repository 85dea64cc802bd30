#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "tests/sim/rooms/node.hpp"
#include "tests/sim/rooms/stage.hpp"

namespace lightstick::sim {

/// A fan who reacts in rooms, several times at once, and sends again what has no answer, at any time later, and sometimes
/// what had one. Knows what must be counted.
class cheerer {
 public:
  /// REQUIRES: the stage outlives it.
  cheerer(stage& on, std::size_t user, std::size_t number);
  cheerer(const cheerer&) = delete;
  cheerer& operator=(const cheerer&) = delete;

  void begin() { act_later(); }
  /// What is under way will have no answer.
  void node_gone();
  /// It waits for nothing; when all is over it knows what became of everything.
  [[nodiscard]] bool content() const noexcept;

  /// How much of one room's sum is this fan's: at least, and at most.
  struct share {
    std::uint64_t least = 0;
    std::uint64_t most = 0;
  };
  [[nodiscard]] share of(const std::string& room) const;

 private:
  struct reaction {
    std::uint32_t n = 0;
    std::uint32_t under_way = 0;
    std::uint32_t refused_at_the_end = 0;
    bool counted = false;  ///< it was said to be counted now, which happens once
    bool known = false;  ///< it is in the sum
    bool lost = false;  ///< nobody knows any more
  };
  using numbers = std::map<std::uint64_t, reaction>;

  void act_later();
  void act();
  void send(const std::string& room, std::uint64_t seq);
  void answered(const std::string& room, std::uint64_t seq, const result<actors::room::reacted>& done);
  [[nodiscard]] std::uint32_t under_way() const;
  [[nodiscard]] const std::string& name() const { return on_.users[user_].name; }

  stage& on_;
  std::size_t user_;
  std::string device_;
  std::map<std::string, numbers> said_;  ///< by room
  std::map<std::string, std::uint64_t> base_;  ///< numbers go on above it
  std::uint64_t life_ = 0;
};

}  // namespace lightstick::sim
