#include "gateway/net/fan_lane.hpp"

#include <algorithm>
#include <utility>

namespace lightstick::gateway::net {

std::uint64_t skipped_in(std::span<const actors::chat_message_ptr> m, offset after) noexcept {
  const auto told = m.back()->off.value() - std::min(after, m.back()->off).value();
  return told > m.size() ? told - m.size() : 0;
}

void fan_lane::refill(steady_time now) {
  if (now <= last_) return;
  const std::chrono::duration<double> passed = now - last_;
  tokens_ = std::min(budget_.burst, tokens_ + passed.count() * budget_.per_second);
  last_ = now;
}

bool fan_lane::affords(const actors::chat_message& m, double cost, bool crowded) {
  const bool always = m.from != actors::role::fan || m.tomb != actors::tomb_kind::none;
  if (budget_.per_second <= 0) return always || !crowded;
  if (!always && (crowded || tokens_ < std::min(cost, budget_.burst))) return false;
  tokens_ = std::max(tokens_ - cost, -budget_.burst);
  return true;
}

std::vector<fan_lane::run> fan_lane::pass(const std::vector<actors::chat_message_ptr>& batch, std::uint64_t listeners,
                                          bool crowded, steady_time now) {
  refill(now);
  std::vector<run> out;
  const auto first = batch.front()->off;
  // A room that starts again says its newest once more: what was kept back is told of before, or is among them.
  if (held_ && first != held_->off.next()) out = end_tick();
  run next{held_ ? told_ : offset{first.value() - 1}, {}};
  const auto keep = [&](const actors::chat_message_ptr& m) {
    next.messages.push_back(m);
    held_ = nullptr;
  };
  for (const auto& m : batch) {
    if (affords(*m, static_cast<double>(listeners), crowded)) {
      // A tomb is a frame of its own, which tells nothing of what was left out before it.
      if (held_ && m->tomb != actors::tomb_kind::none) keep(std::exchange(held_, nullptr));
      keep(m);
    } else {
      held_ = m;
    }
  }
  told_ = next.messages.empty() ? next.after : next.messages.back()->off;
  if (!next.messages.empty()) out.push_back(std::move(next));
  return out;
}

std::vector<fan_lane::run> fan_lane::end_tick() {
  std::vector<run> out;
  if (!held_) return out;
  run last{told_, {std::exchange(held_, nullptr)}};
  told_ = last.messages.back()->off;
  out.push_back(std::move(last));
  return out;
}

}  // namespace lightstick::gateway::net
