#include "gateway/hooks/before_hook.hpp"

#include <pthread.h>

#include <exception>
#include <utility>

#include "gateway/hooks/bodies.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/random.hpp"

namespace lightstick::gateway::hooks {
namespace {

using actors::gate::question;
using actors::gate::verdict;

constexpr std::size_t answer_bytes_max = 64 * 1024;
constexpr std::size_t id_bytes = 16;

counter& calls(metrics& r, const char* outcome) {
  return r.make_counter("lightstick_hook_before_total", "Messages of fans, by what the hook before them came to",
                        {{"outcome", outcome}});
}

error no_answer(errc code, std::string why) { return {make_error_code(code), std::move(why)}; }

}  // namespace

before_hook::before_hook(options o, std::string secret, const clock_source& clock, metrics& r, caller call)
    : how_(std::move(o)),
      secret_(std::move(secret)),
      clock_(clock),
      call_(std::move(call)),
      allowed_(calls(r, "allowed")),
      refused_(calls(r, "refused")),
      failed_(calls(r, "failed")),
      skipped_(calls(r, "not_asked")),
      overflow_(calls(r, "overflow")),
      waiting_(r.make_gauge("lightstick_hook_before_waiting", "Messages of fans that wait for the hook before them")),
      seconds_(r.make_histogram("lightstick_hook_before_seconds", "One call of the hook before a message")),
      breaker_(how_.failures, how_.pause) {
  for (std::uint32_t i = 0; i < how_.parallel; ++i) {
    threads_.emplace_back([this, i] {
      pthread_setname_np(pthread_self(), ("hook-" + std::to_string(i)).c_str());
      run();
    });
  }
}

before_hook::~before_hook() { stop(); }

void before_hook::decide(question q, runtime::reply r) {
  std::unique_lock lock(mutex_);
  if (stopping_ || breaker_.is_open(clock_.now())) {
    lock.unlock();
    skipped_.add();
    return r.failed(no_answer(errc::unavailable, "the hook is not asked now"));
  }
  if (questions_.size() >= how_.waiting) {
    lock.unlock();
    overflow_.add();
    return r.failed(no_answer(errc::overloaded, "too many questions wait for the hook"));
  }
  questions_.push_back({std::move(q), std::move(r), clock_.now() + how_.before_limit});
  waiting_.set(static_cast<std::int64_t>(questions_.size()));
  work_.notify_one();
}

void before_hook::stop() {
  std::deque<waiting_question> left;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    left.swap(questions_);
    work_.notify_all();
  }
  for (auto& each : left) each.r.failed(no_answer(errc::stopping, "the node stops"));
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void before_hook::run() {
  while (true) {
    std::unique_lock lock(mutex_);
    work_.wait(lock, [this] { return stopping_ || !questions_.empty(); });
    if (stopping_) return;
    auto next = std::move(questions_.front());
    questions_.pop_front();
    waiting_.set(static_cast<std::int64_t>(questions_.size()));
    const auto now = clock_.now();
    const bool may = now < next.until && breaker_.may_try(now);
    lock.unlock();
    if (may) {
      answer(std::move(next));
    } else {
      skipped_.add();
      next.r.failed(no_answer(errc::unavailable, "the hook is not asked now"));
    }
  }
}

void before_hook::answer(waiting_question w) {
  const auto begun = clock_.now();
  auto told = ask(w.q);
  const auto now = clock_.now();
  seconds_.record(now - begun);
  {
    std::lock_guard lock(mutex_);
    if (told) {
      breaker_.went_well();
    } else {
      breaker_.failed(now);
    }
  }
  if (!told) {
    failed_.add();
    LS_LOG(gateway, warn, "the hook before a message has no answer", {"room", w.q.room.str()}, {"why", told.error()});
    return w.r.failed(std::move(told.error()));
  }
  (told->allowed ? allowed_ : refused_).add();
  w.r.ok(std::move(*told));
}

result<verdict> before_hook::ask(const question& q) {
  try {
    http_call call;
    call.method = "POST";
    call.url = how_.before;
    const auto now = clock_.wall();
    call.body = question_json(q, now);
    call.headers = signed_headers(secret_, random_hex(secure_random(), id_bytes), now, call.body);
    call.limit = how_.before_limit;
    call.body_bytes_max = answer_bytes_max;
    call.ca_file = how_.ca_file;
    auto reply = call_(call);
    if (!reply) return fail(std::move(reply.error()));
    return read_verdict(reply->status, reply->body);
  } catch (const std::exception& e) {
    return fail(errc::unavailable, e.what());
  }
}

}  // namespace lightstick::gateway::hooks
