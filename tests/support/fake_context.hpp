#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/base/clock.hpp"
#include "runtime/base/random.hpp"
#include "runtime/logic.hpp"

/// Drives one `runtime::logic` without an actor system, a disk or a thread: the test decides when a commit is
/// durable, a read comes back, an ask is answered and time passes. Header only. Not thread-safe.
namespace lightstick::testing {

/// What one actor has on disk. Copy it to keep a crash point.
struct fake_disk {
  std::vector<std::string> events;  ///< all of them, the ones before the snapshot included
  std::optional<std::string> snapshot;
  std::size_t snapshot_at = 0;
  std::map<std::string, std::string> history;
  std::map<std::string, std::pair<std::string, std::int64_t>> marks;  ///< value and end of life
  std::string history_floor;
  std::vector<runtime::reminder> reminders;

  void write(const runtime::row_write& w) {
    if (w.table == runtime::row_table::history) {
      w.value ? void(history[w.key] = *w.value) : void(history.erase(w.key));
    } else {
      w.value ? void(marks[w.key] = {*w.value, w.expires_ms}) : void(marks.erase(w.key));
    }
  }

  void write(runtime::reminder_write w) {
    std::erase_if(reminders, [&](const auto& known) { return known.name == w.name; });
    if (w.due_ms) reminders.push_back({std::move(w.name), *w.due_ms, std::move(w.payload)});
  }

  [[nodiscard]] runtime::row_page read(const runtime::row_query& q) const {
    std::vector<runtime::row> found;
    for (const auto& [key, value] : history) {
      if (key < history_floor) continue;
      if ((q.after.empty() || key > q.after) && (q.before.empty() || key < q.before)) found.push_back({key, value});
    }
    if (q.newest_first) std::reverse(found.begin(), found.end());
    runtime::row_page page;
    std::size_t bytes = 0;
    for (auto& row : found) {
      bytes += row.value.size();
      page.more = page.rows.size() >= q.rows_max || (bytes > q.bytes_max && !page.rows.empty());
      if (page.more) break;
      page.rows.push_back(std::move(row));
    }
    return page;
  }

  /// Gives `l` everything, as the runtime does before `started`. The first error ends it.
  [[nodiscard]] result<void> recover(runtime::logic& l, wall_ms now) const {
    l.reset();
    if (snapshot) {
      if (auto ok = l.restore(*snapshot); !ok) return ok;
    }
    for (const auto& [key, value] : marks) {
      if (value.second != 0 && value.second <= now.value) continue;
      if (auto ok = l.restore_mark({key, value.first}); !ok) return ok;
    }
    for (auto i = snapshot_at; i < events.size(); ++i) {
      if (events[i].empty()) continue;  // gave rows their place
      if (auto ok = l.replay(events[i]); !ok) return ok;
    }
    return {};
  }
};

/// The answer to a message sent to the logic: empty until it is there.
template <class T>
class answer_of {
 public:
  [[nodiscard]] bool there() const { return slot_->has_value(); }
  [[nodiscard]] const result<T>& get() const { return slot_->value(); }
  [[nodiscard]] const T& operator*() const { return slot_->value().value(); }
  [[nodiscard]] const T* operator->() const { return &slot_->value().value(); }
  /// The error's code; none when there is an answer or nothing yet.
  [[nodiscard]] std::error_code error() const {
    return there() && !slot_->value() ? slot_->value().error().code : std::error_code{};
  }
  [[nodiscard]] runtime::reply make_reply() {
    return runtime::make_reply<T>([slot = slot_](result<T> r) { slot->emplace(std::move(r)); });
  }

 private:
  std::shared_ptr<std::optional<result<T>>> slot_ = std::make_shared<std::optional<result<T>>>();
};

class fake_context final : public runtime::context {
 public:
  struct told {
    actor_id to;
    runtime::message_ptr body;
  };
  struct asked {
    actor_id to;
    runtime::message_ptr body;
    std::chrono::milliseconds limit;
    unique_function<void(result<runtime::message_ptr>, runtime::context&)> done;
    runtime::ask_id number = 0;
  };

  explicit fake_context(actor_id self) : self_(std::move(self)) {}

  // ---- what the test turns ----
  manual_clock clock;
  seeded_random dice{1};
  fake_disk disk;
  std::vector<told> tells;
  std::deque<asked> asks;
  bool stopped = false;
  bool passivated = false;
  std::optional<error> refusing;  ///< what `may_persist` says
  bool snapshot_next = false;  ///< the next commit carries a snapshot
  /// Answers of `tell`, by receiver's "kind/key"; ok when it is not here.
  std::map<std::string, error> tell_errors;

  /// The logic under test; set it before the first call.
  void drive(runtime::logic& l) { logic_ = &l; }
  /// Recovers from `disk` and starts; true when that went well.
  [[nodiscard]] bool start() {
    reminders_ = disk.reminders;
    auto ok = disk.recover(*logic_, clock.wall());
    if (ok) logic_->started(*this);
    return ok.has_value();
  }

  template <class T, class Body>
  answer_of<T> send(Body body) {
    answer_of<T> answer;
    auto r = answer.make_reply();
    const auto m = runtime::make_message(std::move(body));
    logic_->handle(*m, r, *this);
    return answer;
  }
  template <class Body>
  void send(Body body) {
    runtime::reply nobody;
    const auto m = runtime::make_message(std::move(body));
    logic_->handle(*m, nobody, *this);
  }

  [[nodiscard]] std::size_t commits_pending() const { return commits_.size(); }
  /// Makes the oldest `n` commits durable, as one group.
  void commit(std::size_t n) {
    for (; n > 0 && !commits_.empty(); --n) write_oldest()({}, *this);
    logic_->settled(*this);
  }
  void commit_all() {
    while (!commits_.empty()) commit(commits_.size());
  }
  /// The process dies: the oldest `n` commits are on disk and nobody was told, the others are lost.
  void crash(std::size_t n) {
    for (; n > 0 && !commits_.empty(); --n) (void)write_oldest();
    commits_.clear();
    reads_.clear();
    asks.clear();
  }
  /// Every commit under way fails, although the oldest `reached_disk` of them turn out to be there. The logic is
  /// recovered; true when that went well.
  [[nodiscard]] bool fail_commits(std::size_t reached_disk = 0) {
    std::vector<unique_function<void(runtime::commit_outcome, runtime::context&)>> failed;
    for (; reached_disk > 0 && !commits_.empty(); --reached_disk) failed.push_back(write_oldest());
    for (auto& c : std::exchange(commits_, {})) failed.push_back(std::move(c.done));
    for (auto& done : failed) done(fail(errc::unavailable, "append failed"), *this);
    logic_->settled(*this);
    return start();
  }

  /// The reminders that are due, in any order, as the runtime brings them: what is not set again is forgotten.
  void remind() {
    const auto all = reminders_;
    for (const auto& due : all) {
      if (due.due_ms > clock.wall().value) continue;
      firing_ = due;
      logic_->on_reminder(due, *this);
      if (firing_) persist({}, [](runtime::commit_outcome, runtime::context&) {});
    }
  }

  [[nodiscard]] std::size_t reads_pending() const { return reads_.size(); }
  void serve_reads() {
    while (!reads_.empty()) {
      auto next = std::move(reads_.front());
      reads_.pop_front();
      next.second(disk.read(next.first), *this);
    }
  }
  /// The oldest read, as of now; to be answered by calling it. REQUIRES: there is one.
  unique_function<void(runtime::context&)> take_read() {
    auto next = std::move(reads_.front());
    reads_.pop_front();
    return [page = disk.read(next.first), done = std::move(next.second)](runtime::context& ctx) mutable {
      done(std::move(page), ctx);
    };
  }
  void fail_reads(const error& why) {
    for (auto& r : std::exchange(reads_, {})) r.second(fail(error{why}), *this);
  }
  /// Commits and reads until nothing is under way.
  void settle() {
    while (!commits_.empty() || !reads_.empty()) {
      commit_all();
      serve_reads();
    }
  }

  /// Time passes; timers that come due are called at their time.
  void advance(std::chrono::milliseconds by) {
    auto end = clock.now() + by;
    while (!stopped) {
      auto due = take_due(end);
      if (!due) break;
      if (due->when > clock.now()) clock.advance(std::chrono::ceil<std::chrono::milliseconds>(due->when - clock.now()));
      due->what(*this);
    }
    if (clock.now() < end) clock.advance(std::chrono::ceil<std::chrono::milliseconds>(end - clock.now()));
  }

  /// When the timer is due; none when it is not set.
  [[nodiscard]] std::optional<steady_time> next_wake() const { return wake_; }

  /// The oldest open ask that carries a `Body`; null when there is none.
  template <class Body>
  [[nodiscard]] Body* next_ask() {
    auto at = find_ask<Body>();
    return at == asks.end() ? nullptr : runtime::body_of<Body>(*at->body);
  }
  /// Answers it. REQUIRES: there is one.
  template <class Body, class T>
  void answer_ask(T answer) {
    take_ask<Body>().done(runtime::message_ptr{runtime::make_message(std::move(answer))}, *this);
  }
  template <class Body>
  void refuse_ask(error why) {
    take_ask<Body>().done(fail(std::move(why)), *this);
  }
  /// The oldest open question with such a body, for the test to answer when it likes.
  template <class Body>
  asked take_ask() {
    auto at = find_ask<Body>();
    auto taken = std::move(*at);
    asks.erase(at);
    return taken;
  }
  /// The bodies of a type told to anyone, in order.
  template <class Body>
  [[nodiscard]] std::vector<std::pair<actor_id, Body>> told_bodies() const {
    std::vector<std::pair<actor_id, Body>> out;
    for (const auto& t : tells) {
      if (auto* body = runtime::body_of<Body>(*t.body)) out.emplace_back(t.to, *body);
    }
    return out;
  }

  // ---- runtime::context ----
  [[nodiscard]] const actor_id& self() const noexcept override { return self_; }
  [[nodiscard]] steady_time now() const noexcept override { return clock.now(); }
  [[nodiscard]] wall_ms wall() const noexcept override { return clock.wall(); }
  [[nodiscard]] random_source& random() noexcept override { return dice; }
  result<void> tell(const actor_id& to, runtime::message_ptr m) override {
    if (auto at = tell_errors.find(to.to_string()); at != tell_errors.end()) return fail(error{at->second});
    tells.push_back({to, std::move(m)});
    return {};
  }
  runtime::ask_id ask(const actor_id& to, runtime::message_ptr m, std::chrono::milliseconds limit,
                      unique_function<void(result<runtime::message_ptr>, runtime::context&)> done) override {
    asks.push_back({to, std::move(m), limit, std::move(done), ++numbers_});
    return numbers_;
  }
  void cancel_ask(runtime::ask_id which) override {
    std::erase_if(asks, [&](const asked& a) { return a.number == which; });
  }
  [[nodiscard]] result<void> may_persist() override { return refusing ? fail(error{*refusing}) : result<void>{}; }
  [[nodiscard]] result<void> may_remind(const std::vector<runtime::reminder_write>& /*changes*/) override { return {}; }
  void persist(runtime::changes what, unique_function<void(runtime::commit_outcome, runtime::context&)> done) override {
    if (auto fired = std::exchange(firing_, std::nullopt)) {
      const auto again = [&](const auto& each) { return each.name == fired->name; };
      if (std::ranges::none_of(what.reminders, again)) what.reminders.push_back({fired->name, {}, {}, {}});
    }
    if (what.events.empty() && what.rows.empty() && what.reminders.empty() && commits_.empty()) return done({}, *this);
    for (const auto& r : what.reminders) {
      std::erase_if(reminders_, [&](const auto& known) { return known.name == r.name; });
      if (r.due_ms) reminders_.push_back({r.name, *r.due_ms, r.payload});
    }
    std::optional<std::string> snapshot;
    if (!what.events.empty() && (std::exchange(snapshot_next, false) || what.snapshot_now)) {
      snapshot = logic_->snapshot();
    }
    commits_.push_back({std::move(what), std::move(snapshot), std::move(done)});
  }
  void refuse_reminder(error /*why*/) override { firing_.reset(); }
  [[nodiscard]] const std::vector<runtime::reminder>& reminders() const noexcept override { return reminders_; }
  void read_rows(runtime::row_query query,
                 unique_function<void(result<runtime::row_page>, runtime::context&)> done) override {
    reads_.emplace_back(std::move(query), std::move(done));
  }
  void wake_at(steady_time when) override { wake_ = wake_ ? std::min(*wake_, when) : when; }
  runtime::timer_id at(steady_time when, runtime::continuation what) override {
    timers_.push_back({++numbers_, when, std::move(what)});
    return numbers_;
  }
  void cancel_timer(runtime::timer_id which) override {
    std::erase_if(timers_, [&](const auto& t) { return t.number == which; });
  }
  [[nodiscard]] trace_id trace() const noexcept override { return trace_id{1}; }
  void passivate() override { passivated = true; }
  void stop() override { stopped = true; }

 private:
  struct pending_commit {
    runtime::changes what;
    std::optional<std::string> snapshot;
    unique_function<void(runtime::commit_outcome, runtime::context&)> done;
  };

  unique_function<void(runtime::commit_outcome, runtime::context&)> write_oldest() {
    auto next = std::move(commits_.front());
    commits_.pop_front();
    for (auto& e : next.what.events) disk.events.push_back(std::move(e));
    for (auto& w : next.what.rows) disk.write(w);
    for (auto& w : next.what.reminders) disk.write(std::move(w));
    if (next.what.history_floor) disk.history_floor = std::move(*next.what.history_floor);
    if (next.snapshot) {
      disk.snapshot = std::move(next.snapshot);
      disk.snapshot_at = disk.events.size();
    }
    return std::move(next.done);
  }

  template <class Body>
  std::deque<asked>::iterator find_ask() {
    return std::find_if(asks.begin(), asks.end(), [](asked& a) { return runtime::body_of<Body>(*a.body) != nullptr; });
  }

  struct timer {
    runtime::timer_id number;
    steady_time when;
    runtime::continuation what;
  };
  /// The next thing that is due by `end`, taken out.
  std::optional<timer> take_due(steady_time end) {
    auto first = std::ranges::min_element(timers_, {}, &timer::when);
    const bool any = first != timers_.end() && first->when <= end;
    if (wake_ && *wake_ <= end && (!any || *wake_ <= first->when)) {
      return timer{0, *std::exchange(wake_, std::nullopt), [this](runtime::context& ctx) { logic_->on_timer(ctx); }};
    }
    if (!any) return std::nullopt;
    auto due = std::move(*first);
    timers_.erase(first);
    return due;
  }

  std::vector<runtime::reminder> reminders_;  ///< with every change persisted so far
  std::optional<runtime::reminder> firing_;
  actor_id self_;
  std::uint64_t numbers_ = 0;
  std::vector<timer> timers_;
  runtime::logic* logic_ = nullptr;
  std::optional<steady_time> wake_;
  std::deque<pending_commit> commits_;
  std::deque<std::pair<runtime::row_query, unique_function<void(result<runtime::row_page>, runtime::context&)>>> reads_;
};

}  // namespace lightstick::testing
