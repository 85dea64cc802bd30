#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <map>

#include "../../unit/storage/faulty_disk.hpp"
#include "../../unit/storage/fixture.hpp"
#include "storage/engine.hpp"
#include "storage/rocks/open.hpp"

namespace lightstick::storage::test {
namespace {

enum class step : std::uint8_t { append, burst, remove_row, tick, page, reopen, crash, crash_in_burst, fill_up };

/// One step of a run. What the numbers mean depends on the step, so that any numbers make a run.
struct op {
  step what = step::append;
  std::uint8_t log = 0;
  std::uint8_t a = 0;
  std::uint8_t b = 0;
};

std::ostream& operator<<(std::ostream& out, const op& o) {
  static constexpr const char* names[] = {"append", "burst", "remove_row",     "tick",   "page",
                                          "reopen", "crash", "crash_in_burst", "fill_up"};
  return out << names[static_cast<std::size_t>(o.what)] << "(log " << int{o.log} << ", " << int{o.a} << ", " << int{o.b}
             << ")";
}

rc::Gen<op> any_op() {
  using rc::gen::inRange;
  return rc::gen::build<op>(rc::gen::set(&op::what, rc::gen::weightedElement<step>({{12, step::append},
                                                                                    {4, step::burst},
                                                                                    {3, step::remove_row},
                                                                                    {2, step::tick},
                                                                                    {4, step::page},
                                                                                    {1, step::reopen},
                                                                                    {2, step::crash},
                                                                                    {2, step::crash_in_burst},
                                                                                    {1, step::fill_up}})),
                            rc::gen::set(&op::log, inRange<std::uint8_t>(0, 3)),
                            rc::gen::set(&op::a, inRange<std::uint8_t>(0, 255)),
                            rc::gen::set(&op::b, inRange<std::uint8_t>(0, 255)));
}

/// What one log must hold.
struct model_log {
  std::vector<std::string> events;  ///< all, from 1
  std::uint64_t snapshot_at = 0;
  std::map<std::string, std::string> history;
  std::map<std::string, std::pair<std::string, std::int64_t>> marks;
  std::map<std::string, reminder> reminders;
  std::string floor;

  void apply(const append_request& r) {
    events.insert(events.end(), r.events.begin(), r.events.end());
    for (const auto& w : r.rows) {
      if (w.table == row_table::history) {
        if (w.value) {
          history[w.key] = *w.value;
        } else {
          history.erase(w.key);
        }
      } else if (w.value) {
        marks[w.key] = {*w.value, w.expires_ms};
      } else {
        marks.erase(w.key);
      }
    }
    for (const auto& w : r.reminders) {
      if (w.due_ms) {
        reminders[w.name] = {w.name, *w.due_ms, w.payload};
      } else {
        reminders.erase(w.name);
      }
    }
    if (r.history_floor) {
      floor = *r.history_floor;
      history.erase(history.begin(), history.lower_bound(floor));
    }
    if (r.snapshot) snapshot_at = events.size();
  }
};

/// The store beside its model.
class run {
 public:
  run() { start(); }

  void operator()(const op& o) {
    switch (o.what) {
      case step::append: return commit(o.log, make(o, model_[o.log]));
      case step::burst: return burst(o, false);
      case step::crash_in_burst: return burst(o, true);
      case step::remove_row: return remove_row(o);
      case step::tick: return clock_.advance(std::chrono::milliseconds{o.a});
      case step::page: return page(o);
      case step::reopen: return restart();
      case step::crash: return crash(o.a);
      case step::fill_up: return fill_up(o);
    }
  }

  void compare() {
    for (std::uint8_t n = 0; n < 3; ++n) compare(n);
  }

 private:
  static log_id name_of(std::uint8_t n) {
    return {partition{static_cast<std::uint16_t>(n / 2)}, n == 0 ? "a" : n == 1 ? "aa" : std::string("a\0\xff", 3)};
  }

  void start() {
    disk_ = disk_ ? disk_ : std::make_shared<faulty_disk>();
    auto path = folder_.path() / "db";
    auto opened = rocks::open(
        {path, !std::filesystem::exists(path / "CURRENT"), options_.memory_bytes, faulty_disk::env_of(disk_)}, clock_);
    if (!opened) RC_FAIL(opened.error().to_string());
    numbers_ = std::make_unique<metrics>();
    store_ = store::over(std::move(*opened), options_, *numbers_, clock_).value();
    for (std::uint8_t n = 0; n < 3; ++n) RC_ASSERT(store_->open_log(name_of(n)).has_value());
  }
  void restart() {
    store_.reset();
    start();
    compare();
  }
  /// Keeps `kept` parts in 255 of what was not synced.
  void lose_power(std::uint8_t kept) {
    disk_->cut_power();
    store_.reset();
    disk_->lose_unsynced([=](std::uint64_t unsynced) { return unsynced * kept / 255; });
  }
  void crash(std::uint8_t kept) {
    lose_power(kept);
    start();
    compare();
  }

  append_request make(const op& o, const model_log& on) {
    append_request r;
    r.log = name_of(o.log);
    r.expected = sequence{on.events.size()};
    for (int n = 0; n <= o.a % 3; ++n) {
      auto text = "event " + std::to_string(++made_);
      r.events.push_back(text);
      r.rows.push_back(history_row(key_of(on.events.size() + r.events.size()), text));
    }
    r.rows.push_back(mark(std::string(1, static_cast<char>('a' + o.b % 8)), std::to_string(made_),
                          o.b % 3 == 0 ? 0 : clock_.wall().value + o.b));
    reminder_write w{std::string(1, static_cast<char>('r' + o.a % 4)), std::nullopt, std::nullopt,
                     std::to_string(made_)};
    if (auto there = on.reminders.find(w.name); there != on.reminders.end()) w.was_due_ms = there->second.due_ms;
    if (o.b % 7 != 0) w.due_ms = o.a ^ o.b;
    r.reminders.push_back(std::move(w));
    if (o.b % 11 == 0) r.history_floor = std::max(on.floor, key_of(on.events.size() / 2));
    if (o.b % 5 == 0) r.snapshot = "state " + std::to_string(on.events.size() + r.events.size());
    return r;
  }
  static std::string key_of(std::uint64_t n) {
    return {static_cast<char>(n >> 16U), static_cast<char>(n >> 8U), static_cast<char>(n)};
  }

  void commit(std::uint8_t log, append_request r) {
    auto heard = std::make_shared<recorder>();
    auto last = r.expected.value() + r.events.size();
    model_[log].apply(r);
    RC_ASSERT(store_->append(r, heard).has_value());
    RC_ASSERT(heard->wait_committed(last));
  }

  /// Many appends without waiting; with `crash`, the power fails somewhere among them.
  void burst(const op& o, bool crash) {
    auto heard = std::make_shared<recorder>();
    std::vector<model_log> states{model_[o.log]};
    for (int n = 0; n < 1 + o.a % 40; ++n) {
      auto r =
          make({o.what, o.log, static_cast<std::uint8_t>(o.a + n), static_cast<std::uint8_t>(o.b + n)}, states.back());
      if (crash && n == o.b % 40) disk_->cut_power();
      if (auto queued = store_->append(r, heard); !queued) {
        RC_ASSERT(crash);
        break;
      }
      states.push_back(states.back());
      states.back().apply(r);
    }
    if (!crash) {
      RC_ASSERT(heard->wait_committed(states.back().events.size()));
      model_[o.log] = states.back();
      return;
    }
    lose_power(o.b);
    auto acknowledged = heard->commits().empty() ? states.front().events.size() : heard->commits().back();
    start();
    auto found = store_->read_log(name_of(o.log));
    RC_ASSERT(found.has_value());
    RC_ASSERT(found->last.value() >= acknowledged);
    // Whole appends only: what is there is the state after one of them.
    auto state = std::find_if(states.begin(), states.end(),
                              [&](const auto& s) { return s.events.size() == found->last.value(); });
    RC_ASSERT(state != states.end());
    model_[o.log] = *state;
    compare();
  }

  void fill_up(const op& o) {
    disk_->fill_up(o.b * 8U);
    auto heard = std::make_shared<recorder>();
    auto& on = model_[o.log];
    for (int n = 0; n < 20; ++n) {
      auto r = make(o, on);
      auto last = r.expected.value() + r.events.size();
      if (!store_->append(r, heard)) break;
      while (heard->failures().empty() && (heard->commits().empty() || heard->commits().back() < last)) {
        std::this_thread::yield();
      }
      if (!heard->failures().empty()) break;
      on.apply(r);
    }
    if (o.a % 2 == 0) return crash(o.a);
    disk_->make_room();
    auto deadline = std::chrono::steady_clock::now() + patience;
    while (!store_->writable() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    RC_ASSERT(store_->writable());
    compare();
    for (std::uint8_t n = 0; n < 3; ++n) RC_ASSERT(store_->open_log(name_of(n)).has_value());
  }

  void remove_row(const op& o) {
    auto& on = model_[o.log];
    if (on.history.empty()) return;
    append_request r;
    r.log = name_of(o.log);
    r.expected = sequence{on.events.size()};
    r.events = {"removal"};
    r.rows = {{row_table::history, std::next(on.history.begin(), o.a % on.history.size())->first, std::nullopt, 0},
              {row_table::marks, std::string(1, static_cast<char>('a' + o.b % 8)), std::nullopt, 0}};
    commit(o.log, std::move(r));
  }

  void page(const op& o) {
    const auto& all = model_[o.log].history;
    row_query q;
    if (o.a % 4 != 0) q.after = key_of(o.a % 32);
    if (o.b % 4 != 0) q.before = key_of(o.b % 64);
    q.newest_first = (o.a ^ o.b) % 2 == 0;
    q.rows_max = 1 + o.b % 7U;
    std::vector<row> expected;
    for (const auto& [key, value] : all) {
      if (!q.after.empty() && key <= q.after) continue;
      if (!q.before.empty() && key >= q.before) continue;
      expected.push_back({key, value});
    }
    if (q.newest_first) std::reverse(expected.begin(), expected.end());
    bool more = expected.size() > q.rows_max;
    if (more) expected.resize(q.rows_max);
    auto found = store_->read_rows(name_of(o.log), q);
    RC_ASSERT(found.has_value());
    RC_ASSERT(found->rows == expected);
    RC_ASSERT(found->more == more);
  }

  void compare(std::uint8_t n) {
    const auto& expected = model_[n];
    auto found = store_->read_log(name_of(n));
    RC_ASSERT(found.has_value());
    RC_ASSERT(found->last.value() == expected.events.size());
    RC_ASSERT(found->snapshot_at.value() == expected.snapshot_at);
    RC_ASSERT(found->snapshot.has_value() == (expected.snapshot_at > 0));
    if (found->snapshot) RC_ASSERT(*found->snapshot == "state " + std::to_string(expected.snapshot_at));
    std::vector<std::string> tail(expected.events.begin() + static_cast<std::ptrdiff_t>(expected.snapshot_at),
                                  expected.events.end());
    RC_ASSERT(found->events == tail);
    std::vector<row> marks;
    for (const auto& [key, m] : expected.marks) {
      if (m.second == 0 || m.second > clock_.wall().value) marks.push_back({key, m.first});
    }
    RC_ASSERT(found->marks == marks);
    RC_ASSERT(found->history_floor == expected.floor);
    std::vector<reminder> reminders;
    for (const auto& [name, r] : expected.reminders) reminders.push_back(r);
    RC_ASSERT(found->reminders == reminders);
    compare_due(name_of(n).partition);
    row_query all;
    all.rows_max = UINT32_MAX;
    all.bytes_max = UINT32_MAX;
    std::vector<row> history;
    for (const auto& [key, value] : expected.history) history.push_back({key, value});
    RC_ASSERT(store_->read_rows(name_of(n), all)->rows == history);
  }

  void compare_due(partition p) {
    std::map<std::string, due_reminder> expected;
    for (std::uint8_t n = 0; n < 3; ++n) {
      auto log = name_of(n);
      if (log.partition != p) continue;
      for (const auto& [name, r] : model_[n].reminders) {
        expected[due_key({p, r.due_ms, log.name, name})] = {log.name, name, r.due_ms, r.payload};
      }
    }
    std::vector<due_reminder> in_order;
    for (const auto& [key, r] : expected) in_order.push_back(r);
    auto found = store_->due_reminders(p, INT64_MAX, {}, 1000);
    RC_ASSERT(found.has_value());
    RC_ASSERT(found->entries == in_order);
  }

  temp_folder folder_;
  manual_clock clock_;
  options options_;
  std::shared_ptr<faulty_disk> disk_;
  std::unique_ptr<metrics> numbers_;
  std::unique_ptr<store> store_;
  model_log model_[3];
  std::uint64_t made_ = 0;
};

RC_GTEST_PROP(store_property, what_was_committed_is_read_back_whatever_happens_in_between, ()) {
  log::set_level(log::area::storage, log::level::off);
  auto ops = *rc::gen::scale(0.25, rc::gen::container<std::vector<op>>(any_op()));
  run it;
  for (const auto& o : ops) it(o);
  it.compare();
}

}  // namespace
}  // namespace lightstick::storage::test
