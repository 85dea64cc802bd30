#pragma once

#include <chrono>
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
/// Fails after it has begun to commit `by`.
struct add_and_blow_up {
  int by = 1;
};
struct add_and_blow_up_once {
  static constexpr bool idempotent = true;
  int by = 1;
};
/// Fails the first `times` times.
struct stumble {
  int times = 1;
  int* met = nullptr;
};
/// Fails the first time, after it has said no.
struct refuse_and_stumble {
  static constexpr bool idempotent = true;
  int* met = nullptr;
};
/// Of all that wait with one key, the last will do.
struct set {
  std::string key;
  int to = 0;
};
/// Adds 10 after `after`, unless it is cancelled at once.
struct add_later {
  std::chrono::milliseconds after{0};
  bool cancel = false;
};
struct remind_me {
  std::string name;
  std::int64_t due_ms = 0;
};
struct add_and_remind {
  int by = 1;
  std::string name;
  std::int64_t due_ms = 0;
};
struct forget_reminder {
  std::string name;
};

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

  void handle(runtime::message& m, runtime::reply& r, runtime::context& ctx) override {
    if (auto* command = runtime::body_of<add>(m)) {
      plus(command->by, ctx, std::move(r));
    } else if (runtime::body_of<get>(m) != nullptr) {
      ctx.persist({}, [r = std::move(r), this](runtime::commit_outcome outcome, runtime::context&) mutable {
        if (!outcome) return r.failed(outcome.error());
        r.ok(value{total_});
      });
    } else if (auto* other = runtime::body_of<ask_other>(m)) {
      ctx.ask({"counter", other->key}, runtime::make_message(get{}), std::chrono::milliseconds{50},
              [r = std::move(r)](result<runtime::message_ptr> outcome, runtime::context&) mutable {
                r.answer(std::move(outcome));
              });
    } else if (runtime::body_of<go>(m) != nullptr) {
      ctx.passivate();
      r.ok(value{total_});
    } else if (runtime::body_of<wait_for_timer>(m) != nullptr) {
      waiting_ = std::move(r);
      ctx.wake_at(ctx.now() + std::chrono::milliseconds{20});
    } else if (runtime::body_of<blow_up>(m) != nullptr) {
      throw std::runtime_error("asked to");
    } else {
      on_more(m, r, ctx);
    }
  }
  void on_reminder(const runtime::reminder& which, runtime::context& ctx) override {
    if (which.payload == "blow up") throw std::runtime_error("reminded of it");
    if (which.payload == "ask first" && !ctx.may_persist()) return;
    if (which.payload == "two more") {
      runtime::changes two;
      for (const auto* name : {"a", "b"}) two.reminders.push_back({name, {}, which.due_ms + 3'600'000, {}});
      return ctx.persist(std::move(two), [](runtime::commit_outcome, runtime::context&) {});
    }
    total_ += 1000;
    ctx.persist({{"1000"}}, [](runtime::commit_outcome, runtime::context&) {});
  }
  void on_timer(runtime::context&) override { waiting_.ok(value{-1}); }
  runtime::inspection inspect() const override { return {{"total", std::to_string(total_)}}; }

 private:
  void plus(int by, runtime::context& ctx, runtime::reply r) {
    total_ += by;
    ctx.persist({{std::to_string(by)}},
                [r = std::move(r), total = total_](runtime::commit_outcome outcome, runtime::context&) mutable {
                  if (!outcome) return r.failed(outcome.error());
                  r.ok(value{total});
                });
  }
  void on_more(runtime::message& m, runtime::reply& r, runtime::context& ctx) {
    if (const auto* command = runtime::body_of<add_and_blow_up>(m)) {
      plus(command->by, ctx, {});
      throw std::runtime_error("half done");
    }
    if (const auto* again = runtime::body_of<add_and_blow_up_once>(m)) {
      if (total_ >= again->by) return r.ok(value{total_});
      plus(again->by, ctx, {});
      throw std::runtime_error("half done");
    }
    if (const auto* command = runtime::body_of<stumble>(m)) {
      if ((*command->met)++ < command->times) throw std::runtime_error("stumbled");
      return r.ok(value{total_});
    }
    if (const auto* command = runtime::body_of<refuse_and_stumble>(m)) {
      r.failed({make_error_code(errc::overloaded), "not now"});
      if ((*command->met)++ == 0) throw std::runtime_error("stumbled");
      return;
    }
    if (const auto* command = runtime::body_of<set>(m)) return plus(command->to - total_, ctx, std::move(r));
    if (const auto* command = runtime::body_of<add_later>(m)) {
      const auto timer = ctx.at(ctx.now() + command->after, [this](runtime::context& then) { plus(10, then, {}); });
      if (command->cancel) ctx.cancel_timer(timer);
      return r.ok(value{timer == 0 ? -1 : total_});
    }
    runtime::changes what;
    if (const auto* command = runtime::body_of<add_and_remind>(m)) {
      total_ += command->by;
      what.events.push_back(std::to_string(command->by));
      what.reminders.push_back({command->name, {}, command->due_ms, command->name});
    } else if (const auto* remind = runtime::body_of<remind_me>(m)) {
      what.reminders.push_back({remind->name, {}, remind->due_ms, remind->name});
    } else if (const auto* gone = runtime::body_of<forget_reminder>(m)) {
      what.reminders.push_back({gone->name, {}, {}, {}});
    }
    ctx.persist(std::move(what), [r = std::move(r), this](runtime::commit_outcome outcome, runtime::context&) mutable {
      if (!outcome) return r.failed(outcome.error());
      r.ok(value{total_});
    });
  }

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
