#pragma once

#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <string>

#include "runtime/system.hpp"

/// A durable counter: the smallest actor that uses everything a kind may use.
namespace lightstick::testing {

struct add {
  int by = 1;
};
struct value {
  int is = 0;
};
struct get {};
struct blow_up {};
struct ask_other {
  std::string key;
};
struct wait_for_timer {};
/// Answers and wants to go.
struct go {};

class counter_logic final : public runtime::logic {
 public:
  void reset() override { total_ = 0; }
  result<void> restore(std::string_view snapshot) override {
    total_ = std::stoi(std::string(snapshot));
    return {};
  }
  result<void> replay(std::string_view event) override {
    total_ += std::stoi(std::string(event));
    return {};
  }
  std::string snapshot() const override { return std::to_string(total_); }

  void handle(runtime::message_ptr m, runtime::reply r, runtime::context& ctx) override {
    if (auto* command = runtime::body_of<add>(*m)) {
      total_ += command->by;
      ctx.persist({{std::to_string(command->by)}, {}},
                  [r = std::move(r), total = total_](runtime::commit_outcome outcome, runtime::context&) mutable {
                    if (!outcome) return r.failed(outcome.error());
                    r.ok(value{total});
                  });
    } else if (runtime::body_of<get>(*m) != nullptr) {
      ctx.persist({}, [r = std::move(r), this](runtime::commit_outcome outcome, runtime::context&) mutable {
        if (!outcome) return r.failed(outcome.error());
        r.ok(value{total_});
      });
    } else if (auto* other = runtime::body_of<ask_other>(*m)) {
      ctx.ask({"counter", other->key}, runtime::make_message(get{}), std::chrono::milliseconds{50},
              [r = std::move(r)](result<runtime::message_ptr> outcome, runtime::context&) mutable {
                r.answer(std::move(outcome));
              });
    } else if (runtime::body_of<go>(*m) != nullptr) {
      ctx.passivate();
      r.ok(value{total_});
    } else if (runtime::body_of<wait_for_timer>(*m) != nullptr) {
      waiting_ = std::move(r);
      ctx.wake_at(ctx.now() + std::chrono::milliseconds{20});
    } else if (runtime::body_of<blow_up>(*m) != nullptr) {
      throw std::runtime_error("asked to");
    }
  }
  void on_timer(runtime::context&) override { waiting_.ok(value{-1}); }
  runtime::inspection inspect() const override { return {{"total", std::to_string(total_)}}; }

 private:
  int total_ = 0;
  runtime::reply waiting_;
};

/// Waits for one answer, on the test's thread.
template <class T>
class waiter {
 public:
  [[nodiscard]] runtime::reply reply() {
    return runtime::make_reply<T>([this](result<T> outcome) {
      std::lock_guard lock(mutex_);
      outcome_ = std::move(outcome);
      changed_.notify_all();
    });
  }
  [[nodiscard]] bool ready() {
    std::lock_guard lock(mutex_);
    return outcome_.has_value();
  }
  /// errc::timed_out after 10 s.
  [[nodiscard]] result<T> get() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::seconds{10}, [this] { return outcome_.has_value(); })) {
      return fail(errc::timed_out, "test waited 10 s");
    }
    return *outcome_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<result<T>> outcome_;
};

}  // namespace lightstick::testing
