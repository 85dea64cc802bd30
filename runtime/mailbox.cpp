#include "runtime/mailbox.hpp"

#include "runtime/kind_options.hpp"

namespace lightstick::runtime {

/// REQUIRES: locked.
bool mailbox::replace_latest(envelope& e, const kind_options& kind, offered& out) {
  if (kind.overflow != overflow_policy::keep_latest || !kind.latest_key) return false;
  const auto key_of = [&](const envelope& of) {
    std::string key;
    return thrown_by([&] { key = kind.latest_key(*of.payload); }) ? std::string{} : key;
  };
  const auto key = key_of(e);
  if (key.empty()) return false;
  auto* same = commands_.find([&](const envelope& waiting) { return key_of(waiting) == key; });
  if (same == nullptr) return false;
  out.displaced.emplace(std::exchange(*same, std::move(e)));
  return true;
}

mailbox::offered mailbox::offer(envelope& e, const kind_options& kind, const std::shared_ptr<void>& self) {
  offered out;
  std::lock_guard lock(mutex_);
  if (closed_) return out;
  auto place = [&] { return ticket{std::shared_ptr<std::atomic<std::uint32_t>>(self, &depth)}; };
  if (kind.overflow == overflow_policy::keep_latest) {
    // The one that goes gives its own ticket back when it is answered.
    depth.fetch_add(1, std::memory_order_acq_rel);
    e.answer.hold(place());
    if (replace_latest(e, kind, out)) {
      out.accepted = true;
      return out;
    }
    e.answer.hold({});
  }
  auto taken = depth.load(std::memory_order_acquire);
  if (taken >= kind.mailbox_max && kind.overflow == overflow_policy::drop_oldest) {
    out.displaced = commands_.pop();
    if (out.displaced) --taken;
  }
  if (taken >= kind.mailbox_max) return out;
  taken = depth.fetch_add(1, std::memory_order_acq_rel) + 1;
  if (taken > depth_high.load(std::memory_order_relaxed)) depth_high.store(taken, std::memory_order_relaxed);
  e.answer.hold(place());
  commands_.push(std::move(e));
  out.accepted = true;
  out.wake = !std::exchange(scheduled_, true);
  return out;
}

bool mailbox::post(task t) {
  std::lock_guard lock(mutex_);
  if (closed_) return false;
  control_.push(std::move(t));
  return !std::exchange(scheduled_, true);
}

bool mailbox::take(bool commands, std::optional<task>& control, std::optional<envelope>& command) {
  std::lock_guard lock(mutex_);
  control = control_.pop();
  command = control || !commands ? std::nullopt : commands_.pop();
  return control || command;
}

bool mailbox::finish_run(bool commands) {
  std::lock_guard lock(mutex_);
  scheduled_ = !control_.empty() || (commands && !commands_.empty());
  return scheduled_;
}

bool mailbox::has_commands() const {
  std::lock_guard lock(mutex_);
  return !commands_.empty();
}

std::vector<envelope> mailbox::take_if(function_ref<bool(const envelope&)> goes) {
  std::vector<envelope> out;
  std::lock_guard lock(mutex_);
  fifo<envelope> stay;
  while (auto next = commands_.pop()) {
    if (goes(*next)) {
      out.push_back(std::move(*next));
    } else {
      stay.push(std::move(*next));
    }
  }
  commands_ = std::move(stay);
  return out;
}

void mailbox::close() {
  fifo<envelope> commands;
  fifo<task> control;
  std::lock_guard lock(mutex_);
  closed_ = true;
  std::swap(commands, commands_);
  std::swap(control, control_);
}

}  // namespace lightstick::runtime
