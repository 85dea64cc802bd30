#include "runtime/reminder_service.hpp"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "runtime/base/log.hpp"

namespace lightstick::runtime {
namespace {

constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

}  // namespace

reminder_service::reminder_service(durable_log& log, const clock_source& clock, fire tell, metrics& registry)
    : log_(log),
      clock_(clock),
      tell_(std::move(tell)),
      told_(registry.make_counter("lightstick_reminders_told_total", "Reminders that actors were told of")),
      failed_(registry.make_counter("lightstick_reminders_failed_total", "Those that were not taken, and come again")),
      lag_ms_(registry.make_gauge("lightstick_reminders_lag_ms", "How late the last reminder was told")) {}

void reminder_service::beat() {
  const auto now = clock_.wall().value;
  std::vector<std::uint16_t> begun;
  {
    std::lock_guard lock(mutex_);
    if (stopped_) return;
    const auto first = next_;
    for (std::uint16_t n = 0; n < partition_count && busy_ < partitions_at_once; ++n) {
      const auto p = static_cast<std::uint16_t>((first + n) % partition_count);
      auto& s = slots_.at(p);
      if (s.busy || s.next_ms > now) continue;
      s = {never, true, false, false, 0, {}};
      ++busy_;
      begun.push_back(p);
      next_ = static_cast<std::uint16_t>((p + 1) % partition_count);
    }
  }
  for (auto p : begun) read_page(p, {});
}

void reminder_service::note(partition p, std::int64_t due_ms) {
  std::lock_guard lock(mutex_);
  auto& s = slots_.at(p.value);
  s.next_ms = std::min(s.next_ms, due_ms);
}

void reminder_service::stop() {
  std::unique_lock lock(mutex_);
  stopped_ = true;
  told_all_.wait(lock, [this] { return telling_ == 0; });
}

void reminder_service::tell(std::uint16_t p, const actor_id& who, const reminder_due& what) {
  {
    std::lock_guard lock(mutex_);
    if (stopped_) return;
    ++telling_;
  }
  tell_(who, what, reply{[self = shared_from_this(), p, who, what](const result<message_ptr>& outcome) {
          self->answered(p, who, what, outcome);
        }});
  std::lock_guard lock(mutex_);
  if (--telling_ == 0) told_all_.notify_all();
}

void reminder_service::read_page(std::uint16_t p, std::string after) {
  log_.due_reminders(partition{p}, clock_.wall().value, std::move(after), page_max,
                     [self = shared_from_this(), p](result<due_page> page) { self->on_page(p, std::move(page)); });
}

void reminder_service::on_page(std::uint16_t p, result<due_page> page) {
  if (!page) {
    LS_LOG(runtime, warn, "reminders could not be read", {"partition", p}, {"error", page.error()});
    return pass_done(p, clock_.wall().value + retry_after.count());
  }
  {
    std::lock_guard lock(mutex_);
    if (stopped_) return;
    auto& s = slots_.at(p);
    if (!page->cursor.empty()) s.cursor = std::move(page->cursor);
    s.more = page->more;
    s.pending = static_cast<std::uint32_t>(page->entries.size());
  }
  if (page->entries.empty()) return page_done(p);
  lag_ms_.set(clock_.wall().value - page->entries.front().due_ms);
  for (auto& e : page->entries) {
    reminder_due what{std::move(e.name), e.due_ms, false};
    told_.add();
    tell(p, e.actor, what);
  }
}

void reminder_service::answered(std::uint16_t p, const actor_id& who, const reminder_due& what,
                                const result<message_ptr>& outcome) {
  if (!outcome && outcome.error().code == errc::set_aside && !what.drop) {
    // It is among the dead letters now and must not come again.
    auto gone = what;
    gone.drop = true;
    return tell(p, who, gone);
  }
  bool last = false;
  {
    std::lock_guard lock(mutex_);
    auto& s = slots_.at(p);
    if (!outcome) {
      s.failed = true;
      failed_.add();
    }
    last = --s.pending == 0;
  }
  if (last) page_done(p);
}

void reminder_service::page_done(std::uint16_t p) {
  std::string after;
  {
    std::lock_guard lock(mutex_);
    if (stopped_) return;
    auto& s = slots_.at(p);
    if (s.more) after = s.cursor;
  }
  if (!after.empty()) return read_page(p, std::move(after));
  look_ahead(p);
}

/// Those that failed are before the cursor and do not count: they have their own time to come again.
void reminder_service::look_ahead(std::uint16_t p) {
  std::string after;
  {
    std::lock_guard lock(mutex_);
    after = slots_.at(p).cursor;
  }
  log_.due_reminders(partition{p}, never, std::move(after), 1, [self = shared_from_this(), p](result<due_page> page) {
    if (!page) return self->pass_done(p, self->clock_.wall().value + retry_after.count());
    self->pass_done(p, page->entries.empty() ? never : page->entries.front().due_ms);
  });
}

void reminder_service::pass_done(std::uint16_t p, std::int64_t next_ms) {
  {
    std::lock_guard lock(mutex_);
    auto& s = slots_.at(p);
    s.next_ms = std::min(s.next_ms, next_ms);
    if (s.failed) s.next_ms = std::min(s.next_ms, clock_.wall().value + retry_after.count());
    s.busy = false;
    s.cursor.clear();
    --busy_;
  }
  beat();
}

}  // namespace lightstick::runtime
