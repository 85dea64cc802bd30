#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "gateway/net/hub.hpp"

/// Hubs of two threads, driven by hand.
namespace lightstick::gateway::net {

using protocol::encoding;

struct fake_thread final : walk_poster {
  std::deque<std::shared_ptr<relay>> posted;
  std::deque<std::shared_ptr<relay>> turns;
  std::deque<std::shared_ptr<relay>> ticks;
  std::chrono::milliseconds paused{0};
  void post_walk(std::shared_ptr<relay> r) override { posted.push_back(std::move(r)); }
  void post_tick(std::shared_ptr<relay> r, std::chrono::milliseconds /*after*/) override {
    ticks.push_back(std::move(r));
  }
  void post_turn(std::shared_ptr<relay> r, std::chrono::milliseconds after) override {
    turns.push_back(std::move(r));
    paused += after;
  }
};

struct fake_client final : subscriber {
  explicit fake_client(encoding e = encoding::json) : format_(e) {}
  encoding format_;
  std::vector<ws::prepared> got;
  std::vector<behind> fell;
  std::vector<std::string> rolls;
  int flushes = 0;
  bool lagging = false;
  std::size_t largest_between_flushes = 0;
  [[nodiscard]] encoding format() const noexcept override { return format_; }
  void push(const ws::prepared& frame) override {
    got.push_back(frame);
    unflushed_ += frame.size();
  }
  void flush() override {
    ++flushes;
    largest_between_flushes = std::max(largest_between_flushes, std::exchange(unflushed_, 0));
  }
  [[nodiscard]] bool lags() const noexcept override { return lagging; }
  void fell_behind(behind why) override { fell.push_back(why); }
  void roll_call(const room_id& room) override { rolls.push_back(room.str()); }

  [[nodiscard]] std::string text() const {
    std::string all;
    for (const auto& each : got) all += std::string(each.payload()) + "\n";
    return all;
  }
  /// The offsets pushed, in order, read out of the JSON.
  [[nodiscard]] std::vector<std::uint64_t> offsets() const {
    std::vector<std::uint64_t> out;
    const auto all = text();
    for (auto at = all.find("\"off\":"); at != std::string::npos; at = all.find("\"off\":", at + 1)) {
      out.push_back(std::stoull(all.substr(at + 6)));
    }
    return out;
  }

 private:
  std::size_t unflushed_ = 0;
};

class hub_test : public ::testing::Test {
 protected:
  explicit hub_test(rate_limit fan_budget = {}) : counts(registry), all(counts, clock, fan_budget) {
    all.connect({&threads[0], &threads[1]});
    hubs.emplace_back(std::make_unique<hub>(all, 0, held_max, clock, counts));
    hubs.emplace_back(std::make_unique<hub>(all, 1, held_max, clock, counts));
  }
  ~hub_test() override {
    for (auto* c : {&mina, &yuki, &packed}) {
      hubs[0]->leave_all(*c);
    }
    hubs[1]->leave_all(far);
  }

  actors::role speaker = actors::role::fan;
  [[nodiscard]] actors::chat_message_ptr message(std::uint64_t off, std::size_t padding = 0) const {
    auto m = std::make_shared<actors::chat_message>();
    m->from = speaker;
    m->off = offset{off};
    m->user = user_id{"u"};
    m->name = "U";
    m->text = "t" + std::to_string(off) + std::string(padding, '.');
    return m;
  }
  void publish(std::uint64_t first, std::uint64_t last) { publish_long(first, last, 0); }
  void publish_long(std::uint64_t first, std::uint64_t last, std::size_t padding) {
    auto batch = std::make_shared<actors::room_batch>();
    batch->room = room;
    for (auto off = first; off <= last; ++off) batch->messages.push_back(message(off, padding));
    all.publish(std::shared_ptr<const actors::room_batch>(batch));
  }
  void publish(std::uint32_t occupancy, std::vector<std::string> joined, std::vector<std::string> left) {
    auto change = std::make_shared<actors::room_change>();
    change->room = room;
    change->status = {occupancy, 100};
    for (auto& user : joined) change->joined.push_back({user_id{user}, user, actors::role::fan});
    for (auto& user : left) change->left.push_back(user_id{user});
    all.publish(std::shared_ptr<const actors::room_change>(change));
  }
  /// The walks posted, and no further turns.
  void walk_once(std::size_t thread = 0) {
    while (!threads[thread].posted.empty()) {
      auto r = std::move(threads[thread].posted.front());
      threads[thread].posted.pop_front();
      hubs[thread]->walk(*r);
    }
  }
  /// The turns posted so far.
  void turn(std::size_t thread = 0) {
    for (auto left = threads[thread].turns.size(); left > 0; --left) {
      auto r = std::move(threads[thread].turns.front());
      threads[thread].turns.pop_front();
      hubs[thread]->go_on(*r);
    }
  }
  void walk(std::size_t thread = 0) {
    do {
      walk_once(thread);
      turn(thread);
    } while (!threads[thread].posted.empty() || !threads[thread].turns.empty());
  }
  static std::vector<std::uint64_t> up_to(std::uint64_t last, std::uint64_t first = 1) {
    std::vector<std::uint64_t> out;
    for (auto off = first; off <= last; ++off) out.push_back(off);
    return out;
  }
  void enter(fake_client& who, std::uint64_t at, std::size_t thread = 0) {
    hubs[thread]->joining(who, room);
    hubs[thread]->joined(who, room, offset{at}, {1, 100});
  }

  using offsets = std::vector<std::uint64_t>;
  static constexpr std::size_t held_max = 4;
  const room_id room{"aurora"};
  metrics registry;
  gateway_metrics counts;
  manual_clock clock;
  relays all;
  std::array<fake_thread, 2> threads;
  std::vector<std::unique_ptr<hub>> hubs;
  fake_client mina, yuki, far;
  fake_client packed{encoding::msgpack};
};

}  // namespace lightstick::gateway::net
