#pragma once

#include <cstdint>
#include <optional>

#include "tests/sim/rooms/node.hpp"
#include "tests/sim/rooms/stage.hpp"

namespace lightstick::sim {

/// Somebody who withdraws messages, one or all of a user, and mutes people for a while; one act at a time. What was
/// begun is asked again until there is an answer or they have had enough.
class moderator {
 public:
  /// REQUIRES: the stage outlives it.
  explicit moderator(stage& on) : on_(on) {}
  moderator(const moderator&) = delete;
  moderator& operator=(const moderator&) = delete;

  void begin() { act_later(); }
  /// What is under way will have no answer.
  void node_gone();
  /// It waits for nothing.
  [[nodiscard]] bool content() const noexcept { return !under_way_; }

 private:
  struct order {
    std::size_t room = 0;
    actors::room::moderate what;
  };
  void act_later();
  [[nodiscard]] std::optional<order> think();
  void ask();
  void ended(bool done);
  void answered(const result<actors::room::moderated>& done);

  stage& on_;
  std::optional<order> wanted_;
  bool under_way_ = false;
  std::uint64_t life_ = 0;
};

}  // namespace lightstick::sim
