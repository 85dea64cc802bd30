#pragma once

#include <cstdint>
#include <optional>

#include "tests/sim/rooms/node.hpp"
#include "tests/sim/rooms/stage.hpp"

namespace lightstick::sim {

/// Somebody who has rooms forget what a user has said, one room and user at a time; at the end until it is done.
class eraser {
 public:
  /// REQUIRES: the stage outlives it.
  explicit eraser(stage& on) : on_(on) {}
  eraser(const eraser&) = delete;
  eraser& operator=(const eraser&) = delete;

  void begin() { act_later(); }
  /// What is under way will have no answer.
  void node_gone();
  /// It waits for nothing; when all is over it has had its way, too.
  [[nodiscard]] bool content() const noexcept { return !under_way_ && !(on_.over && wanted_); }

 private:
  struct order {
    std::size_t room = 0;
    std::size_t user = 0;
  };
  void act_later();
  void ask();
  void answered(const result<actors::room::erased>& done);

  stage& on_;
  std::optional<order> wanted_;  ///< asked for, and not done yet
  bool under_way_ = false;
  std::uint64_t life_ = 0;
};

}  // namespace lightstick::sim
