#include "runtime/recovery_gate.hpp"

#include "runtime/activation.hpp"

namespace lightstick::runtime {

recovery_gate::recovery_gate(std::uint32_t at_once, durable_log* log, const clock_source& clock, metrics& registry)
    : at_once_(at_once),
      log_(log),
      waiting_now_(registry.make_gauge("lightstick_actor_recoveries_waiting",
                                       "Activations that wait for their turn to read their journal")),
      unreadable_now_(
          registry.make_gauge("lightstick_actors_unreadable",
                              "Actors whose journal could not be read at the last try, and is tried again")),
      clock_(clock) {}

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

void recovery_gate::note(const actor_id& who, const result<recovered_log>& read) {
  std::lock_guard lock(mutex_);
  if (read || read.error().is(condition::corrupt)) {
    if (!unreadable_.empty()) unreadable_.erase(who);
  } else {
    auto& known = unreadable_.try_emplace(who, failing{clock_.now(), 0, {}}).first->second;
    ++known.tries;
    known.why = read.error();
  }
  unreadable_now_.set(static_cast<std::int64_t>(unreadable_.size()));
}

std::vector<unreadable_actor> recovery_gate::unreadable(std::size_t rows_max) const {
  std::vector<unreadable_actor> out;
  std::lock_guard lock(mutex_);
  for (const auto& [id, each] : unreadable_) {
    if (out.size() >= rows_max) break;
    const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now() - each.since);
    if (each.tries > 1) out.push_back({id, since, each.tries, each.why});
  }
  return out;
}

void recovery_gate::read(const cell_ptr& who, std::uint32_t generation) {
  log_->recover(who->id, [gate = shared_from_this(), to = weak_cell(who), generation](result<recovered_log> read) {
    if (auto still = to.lock()) {
      gate->note(still->id, read);
      still->post(
          [generation, read = std::move(read)](activation& a) mutable { a.on_recovered(generation, std::move(read)); });
    }
    gate->left();
  });
}

}  // namespace lightstick::runtime
