#include "gateway/hooks/after_hook.hpp"

#include <pthread.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "runtime/base/log.hpp"
#include "runtime/base/random.hpp"

namespace lightstick::gateway::hooks {
namespace {

constexpr std::size_t answer_bytes_max = 256 * 1024;
constexpr std::size_t id_bytes = 16;
constexpr std::chrono::milliseconds retry_longest{60'000};

}  // namespace

after_hook::after_hook(options o, std::string secret, const clock_source& clock, metrics& r, withdrawer withdraw,
                       caller call)
    : how_(std::move(o)),
      secret_(std::move(secret)),
      clock_(clock),
      withdraw_(std::move(withdraw)),
      call_(std::move(call)),
      told_(r.make_counter("lightstick_hook_after_told_total", "Messages that the hook after them was told")),
      lost_(r.make_counter("lightstick_hook_after_lost_total", "Messages that the hook after them was not told")),
      failures_(r.make_counter("lightstick_hook_after_failures_total", "Calls of the hook after messages that failed")),
      withdrawn_(r.make_counter("lightstick_hook_after_withdrawn_total", "Messages that the hook has withdrawn")),
      waiting_(r.make_gauge("lightstick_hook_after_waiting", "Messages that wait for the hook after them")),
      thread_([this] {
        pthread_setname_np(pthread_self(), "hook-after");
        run();
      }) {}

after_hook::~after_hook() { stop(); }

void after_hook::tell(const actors::room_batch& batch) {
  std::lock_guard lock(mutex_);
  for (const auto& m : batch.messages) {
    if (messages_.size() >= how_.backlog || stopping_) {
      lost_.add();
    } else {
      messages_.push_back({batch.room, m});
    }
  }
  waiting_.set(static_cast<std::int64_t>(messages_.size()));
  work_.notify_one();
}

void after_hook::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    work_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void after_hook::run() {
  while (true) {
    auto some = next();
    if (some.empty()) return;
    try {
      deliver(some);
    } catch (const std::exception& e) {
      LS_LOG(gateway, error, "the hook after messages failed", {"why", e.what()});
      lost_.add(some.size());
    }
  }
}

std::vector<told> after_hook::next() {
  std::unique_lock lock(mutex_);
  work_.wait(lock, [this] { return stopping_ || !messages_.empty(); });
  std::vector<told> some;
  if (stopping_) return some;
  const auto count = std::min<std::size_t>(messages_.size(), how_.batch);
  const auto end = messages_.begin() + static_cast<std::ptrdiff_t>(count);
  some.assign(std::make_move_iterator(messages_.begin()), std::make_move_iterator(end));
  messages_.erase(messages_.begin(), end);
  waiting_.set(static_cast<std::int64_t>(messages_.size()));
  return some;
}

void after_hook::deliver(const std::vector<told>& some) {
  const auto body = told_json(some);
  const auto id = random_hex(secure_random(), id_bytes);
  auto wait = how_.retry_first;
  for (std::uint32_t tried = 1;; ++tried) {
    if (try_once(id, body)) return told_.add(some.size());
    failures_.add();
    if (tried >= how_.tries || !pause(wait)) return lost_.add(some.size());
    wait = std::min(wait * 2, retry_longest);
  }
}

bool after_hook::try_once(const std::string& id, const std::string& body) {
  http_call call;
  call.method = "POST";
  call.url = how_.after;
  call.body = body;
  call.headers = signed_headers(secret_, id, clock_.wall(), body);
  call.limit = how_.after_limit;
  call.body_bytes_max = answer_bytes_max;
  call.ca_file = how_.ca_file;
  const auto reply = call_(call);
  if (!reply || reply->status / 100 != 2) {
    const auto why = reply ? "it answered " + std::to_string(reply->status) : reply.error().to_string();
    LS_LOG(gateway, warn, "the hook after messages was not told", {"why", why});
    return false;
  }
  const auto wanted = read_withdrawals(reply->body);
  if (!wanted) {
    // It was told, whatever it says of it: asked again it would say the same.
    failures_.add();
    LS_LOG(gateway, warn, "the hook after messages answers what is none", {"why", wanted.error().detail});
    return true;
  }
  for (const auto& each : *wanted) withdraw_(each);
  withdrawn_.add(wanted->size());
  return true;
}

bool after_hook::pause(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return !work_.wait_for(lock, time, [this] { return stopping_; });
}

}  // namespace lightstick::gateway::hooks
