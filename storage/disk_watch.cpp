#include "storage/disk_watch.hpp"

#include <pthread.h>
#include <algorithm>

#include "runtime/base/log.hpp"

namespace lightstick::storage {
namespace {

constexpr std::chrono::milliseconds look_every{500};

constexpr std::array all_works{disk_watch::work::commit, disk_watch::work::read};

std::size_t index_of(disk_watch::work what) { return static_cast<std::size_t>(what); }

std::int64_t ticks(steady_time t) { return std::max<std::int64_t>(t.time_since_epoch().count(), 1); }

std::chrono::milliseconds since(std::int64_t begun, steady_time now) {
  const steady_time::duration passed{ticks(now) - begun};
  return std::max(std::chrono::duration_cast<std::chrono::milliseconds>(passed), std::chrono::milliseconds{0});
}

}  // namespace

std::string_view to_string(disk_watch::work what) noexcept {
  return what == disk_watch::work::commit ? "commit" : "read";
}

/// Lives as long as the registry, whose scrapes read it.
struct disk_watch::state {
  state(metrics& registry, const clock_source& c)
      : clock(c),
        ages{&registry.make_gauge("lightstick_storage_commit_under_way_seconds",
                                  "How long the commit that is being written has been at it; 0 = none is."),
             &registry.make_gauge("lightstick_storage_read_under_way_seconds",
                                  "How long the oldest read of the disk has been at it; 0 = none is.")} {}

  [[nodiscard]] std::chrono::milliseconds age(work what) const {
    std::int64_t oldest = 0;
    for (const auto& slot : begun.at(index_of(what))) {
      const auto at = slot.load(std::memory_order_relaxed);
      if (at != 0 && (oldest == 0 || at < oldest)) oldest = at;
    }
    return oldest == 0 ? std::chrono::milliseconds{0} : since(oldest, clock.now());
  }

  const clock_source& clock;  ///< asked while something is under way
  std::array<gauge*, work_count> ages;
  std::array<std::array<std::atomic<std::int64_t>, slots>, work_count> begun{};  ///< 0: a free slot
};

disk_watch::disk_watch(metrics& registry, const clock_source& clock, bool own_thread)
    : clock_(clock), state_(std::make_shared<state>(registry, clock)) {
  registry.on_collect([s = state_] {
    for (const auto what : all_works) {
      s->ages.at(index_of(what))->set(std::chrono::duration_cast<std::chrono::seconds>(s->age(what)).count());
    }
  });
  if (!own_thread) return;
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "ls-disk-watch");
    run();
  });
}

disk_watch::~disk_watch() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void disk_watch::run() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, look_every, [this] { return stopping_; })) {
    lock.unlock();
    look();
    lock.lock();
  }
}

disk_watch::scope::scope(disk_watch& watch, work what) : watch_(watch), what_(what) {
  const auto now = ticks(watch.clock_.now());
  for (auto& slot : watch.state_->begun.at(index_of(what))) {
    std::int64_t free = 0;
    if (slot.compare_exchange_strong(free, now, std::memory_order_relaxed)) {
      slot_ = &slot;
      return;
    }
  }
}

disk_watch::scope::~scope() {
  if (slot_ == nullptr) return;
  const auto took = since(slot_->exchange(0, std::memory_order_relaxed), watch_.clock_.now());
  if (took < hang_after) return;
  LS_LOG(storage, warn, "the disk answers again", {"work", to_string(what_)}, {"after_ms", took.count()});
}

std::chrono::milliseconds disk_watch::age(work what) const { return state_->age(what); }

std::size_t disk_watch::look() {
  std::size_t hanging = 0;
  for (const auto what : all_works) {
    const auto& begun = state_->begun.at(index_of(what));
    for (std::size_t i = 0; i < slots; ++i) {
      const auto at = begun.at(i).load(std::memory_order_relaxed);
      if (at == 0) continue;
      const auto took = since(at, clock_.now());
      if (took < hang_after) continue;
      ++hanging;
      if (std::exchange(told_.at(index_of(what)).at(i), at) == at) continue;
      LS_LOG(storage, warn, "the disk does not answer", {"work", to_string(what)}, {"for_ms", took.count()});
    }
  }
  return hanging;
}

}  // namespace lightstick::storage
