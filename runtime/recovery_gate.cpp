#include "runtime/recovery_gate.hpp"

#include "runtime/activation.hpp"

namespace lightstick::runtime {

recovery_gate::recovery_gate(std::uint32_t at_once, durable_log* log, metrics& registry)
    : at_once_(at_once),
      log_(log),
      waiting_now_(registry.make_gauge("lightstick_actor_recoveries_waiting",
                                       "Activations that wait for their turn to read their journal")) {}

void recovery_gate::enter(const cell_ptr& who, std::uint32_t generation) {
  {
    std::lock_guard lock(mutex_);
    queue_.push_back({who, generation});
  }
  admit();
}

void recovery_gate::left() {
  {
    std::lock_guard lock(mutex_);
    --inside_;
  }
  admit();
}

/// In a loop by one thread at a time, not by recursion: a read may end at once.
void recovery_gate::admit() {
  std::unique_lock lock(mutex_);
  if (admitting_) return;
  admitting_ = true;
  while (inside_ < at_once_ && !queue_.empty()) {
    auto next = std::move(queue_.front());
    queue_.pop_front();
    auto who = next.who.lock();
    if (!who) continue;
    ++inside_;
    lock.unlock();
    read(who, next.generation);
    who.reset();
    lock.lock();
  }
  waiting_now_.set(static_cast<std::int64_t>(queue_.size()));
  admitting_ = false;
}

void recovery_gate::read(const cell_ptr& who, std::uint32_t generation) {
  log_->recover(who->id, [gate = shared_from_this(), to = weak_cell(who), generation](result<recovered_log> read) {
    if (auto still = to.lock()) {
      still->post(
          [generation, read = std::move(read)](activation& a) mutable { a.on_recovered(generation, std::move(read)); });
    }
    gate->left();
  });
}

}  // namespace lightstick::runtime
