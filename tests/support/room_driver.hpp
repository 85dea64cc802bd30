#pragma once

#include <memory>
#include <string>

#include "actors/room/room_logic.hpp"
#include "tests/support/fake_context.hpp"
#include "tests/support/room_fixtures.hpp"

namespace lightstick::actors::room {

/// A room, its context and what it published. `restart` makes a new activation on the same disk.
class room_driver {
 public:
  explicit room_driver(options how = {}) : how_(how) { restart(); }

  void restart() {
    auto kept = ctx ? std::move(ctx->disk) : testing::fake_disk{};
    auto clock = ctx ? ctx->clock : manual_clock{};
    out = std::make_unique<recording_fanout>();
    ctx = std::make_unique<testing::fake_context>(actor_id{kind, "aurora"});
    ctx->disk = std::move(kept);
    ctx->clock = clock;
    logic = std::make_unique<room_logic>(
        ctx->self(), std::make_shared<const environment>(environment{*out, history_id{"h1"}, how_}));
    ctx->drive(*logic);
    started = ctx->start();
  }

  /// Joins and waits until nothing is under way.
  testing::answer_of<joined> enter(join j) {
    auto answer = ctx->send<joined>(std::move(j));
    ctx->settle();
    return answer;
  }
  testing::answer_of<published> post(publish p) {
    auto answer = ctx->send<published>(std::move(p));
    ctx->settle();
    return answer;
  }
  /// `n` messages of mina, who is in the room.
  void fill(std::uint64_t n, std::size_t text_bytes = 2) {
    enter(come("mina", 0));
    for (std::uint64_t i = 0; i < n; ++i) ctx->send<published>(say("mina", std::string(text_bytes, 'x')));
    ctx->settle();
  }
  [[nodiscard]] std::string seen(const std::string& name) const {
    for (const auto& [key, value] : logic->inspect()) {
      if (key == name) return value;
    }
    return "?";
  }

  std::unique_ptr<recording_fanout> out;
  std::unique_ptr<testing::fake_context> ctx;
  std::unique_ptr<room_logic> logic;
  bool started = false;

 private:
  options how_;
};

inline since after_reading(std::uint64_t off, const std::string& hist = "h1") {
  return {history_id{hist}, offset{off}};
}

using offsets = std::vector<std::uint64_t>;

}  // namespace lightstick::actors::room
