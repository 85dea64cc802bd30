#include "tools/bench/ws/crowd.hpp"

#include <sys/epoll.h>
#include <unistd.h>
#include <algorithm>
#include <cstring>
#include <ctime>

#include "tools/bench/ws/stamp.hpp"

namespace lightstick::tools::bench::ws {
namespace {

constexpr std::size_t window = 128;
constexpr std::uint64_t look_every_ns = 5'000'000;
constexpr std::uint64_t nap_ns = 500'000;
constexpr std::size_t buffer_bytes = frame_bytes_max + (std::size_t{1} << 20U);
constexpr int events_max = 512;

timespec timespec_of(std::uint64_t ns) { return {0, static_cast<long>(ns)}; }

void show(std::atomic<std::uint64_t>& to, std::uint64_t n) { to.store(n, std::memory_order_relaxed); }

}  // namespace

std::uint64_t steady_ns() noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(now.tv_nsec);
}

crowd::crowd(const crowd_plan& plan, board& shared, tally& mine, std::size_t first, std::size_t last)
    : plan_(plan),
      shared_(shared),
      mine_(mine),
      first_(first),
      fans_(last - first),
      talkers_(plan.rooms, nullptr),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      buffer_(buffer_bytes, '\0') {
  for (std::size_t i = 0; i < fans_.size(); ++i) {
    auto& f = fans_[i];
    f.room = static_cast<std::uint32_t>((first + i) / plan.members);
    f.talker = (first + i) % plan.members == 0;
    if (f.talker) talkers_[f.room] = &f;
  }
}

crowd::~crowd() {
  for (auto& f : fans_) {
    if (f.fd >= 0) ::close(f.fd);
  }
  ::close(epoll_);
}

void crowd::run() {
  std::vector<epoll_event> events(events_max);
  bool napping = false;
  for (;;) {
    look_at_orders();
    const auto now = steady_ns();
    if (doing_ == task::enter) let_enter(now);
    if (doing_ == task::talk) talk(now);
    show_counts();
    if (napping) nap(now);
    const auto limit = timespec_of(time_left(steady_ns(), look_every_ns));
    const int n = ::epoll_pwait2(epoll_, events.data(), events_max, &limit, nullptr);
    napping = n > 0 && n < events_max;
    for (int i = 0; i < n; ++i) {
      const auto& event = events[static_cast<std::size_t>(i)];
      on_event(fans_[event.data.u32], event.events);
      if (i % 16 == 0 && doing_ == task::talk) talk(steady_ns());
    }
  }
}

/// Until a message is due, at most `most`.
std::uint64_t crowd::time_left(std::uint64_t now, std::uint64_t most) const noexcept {
  if (doing_ != task::talk || message_ >= messages_) return most;
  const auto due = due_of(message_);
  return due > now ? std::min(most, due - now) : 0;
}

void crowd::nap(std::uint64_t now) const {
  const auto time = timespec_of(time_left(now, nap_ns));
  ::clock_nanosleep(CLOCK_MONOTONIC, 0, &time, nullptr);
}

void crowd::look_at_orders() {
  auto& o = shared_.orders();
  const auto number = o.number.load(std::memory_order_acquire);
  if (number == order_) return;
  order_ = number;
  doing_ = o.what;
  if (doing_ == task::enter) {
    waiting_.clear();
    for (std::size_t i = 0; i < fans_.size(); ++i) {
      fans_[i].tries = 0;
      if (fans_[i].at == stage::out) waiting_.push_back(static_cast<std::uint32_t>(i));
    }
  } else if (doing_ == task::talk) {
    now_ = {.in = now_.in, .retries = now_.retries};
    mine_.took.clear();
    talk_start_ns_ = o.start_ns;
    per_s_ = o.per_s;
    message_ = 0;
    messages_ = o.count;
    skip_to_own();
  } else {
    count_missing();
    finish_order();
  }
}

void crowd::let_enter(std::uint64_t now) {
  if (waiting_.empty() && under_way_ == 0) return finish_order();
  if (now < pause_until_ns_) return;
  while (under_way_ < window && !waiting_.empty() && steady_ns() >= pause_until_ns_) {
    auto& f = fans_[waiting_.front()];
    waiting_.pop_front();
    ++under_way_;
    connect(f);
  }
}

std::uint64_t crowd::due_of(std::uint64_t message) const noexcept {
  return talk_start_ns_ + static_cast<std::uint64_t>(1e9 * static_cast<double>(message) / per_s_);
}

void crowd::skip_to_own() {
  while (message_ < messages_ && talkers_[message_ % plan_.rooms] == nullptr) ++message_;
}

void crowd::talk(std::uint64_t now) {
  while (message_ < messages_) {
    const auto due = due_of(message_);
    if (due > now) return;
    auto& f = *talkers_[message_ % plan_.rooms];
    ++message_;
    skip_to_own();
    ++now_.sent;
    if (f.at != stage::in || f.unsent.size() > (std::size_t{1} << 20U)) {
      ++now_.rejected;
      continue;
    }
    std::string bytes;
    put_publish(bytes, plan_.speaks, f.next_id++, plan_.room_name(f.room), stamped_text(due, plan_.text_bytes));
    send(f, bytes);
  }
  finish_order();
}

void crowd::count_missing() {
  std::uint64_t missing = now_.gaps;
  for (const auto& f : fans_) {
    const auto newest = shared_.newest()[f.room].load(std::memory_order_relaxed);
    if (newest > f.newest) missing += newest - f.newest;
  }
  show(mine_.missing, missing);
}

/// What comes from now on is still counted: a talk is over before its last deliveries are.
void crowd::finish_order() {
  show_counts();
  mine_.done.store(order_, std::memory_order_release);
  doing_ = task::count;
}

void crowd::show_counts() {
  show(mine_.in, now_.in);
  show(mine_.retries, now_.retries);
  show(mine_.closed, now_.closed);
  show(mine_.sent, now_.sent);
  show(mine_.acked, now_.acked);
  show(mine_.rejected, now_.rejected);
  show(mine_.expected, now_.expected);
  show(mine_.delivered, now_.delivered);
  show(mine_.doubled, now_.doubled);
  show(mine_.wrong, now_.wrong);
  show(mine_.last_ns, now_.last_ns);
}

void crowd::complain(const std::string& what) {
  if (mine_.complained) return;
  const auto n = std::min(what.size(), mine_.said.size() - 1);
  std::memcpy(mine_.said.data(), what.data(), n);
  mine_.complained.store(true, std::memory_order_release);
}

}  // namespace lightstick::tools::bench::ws
