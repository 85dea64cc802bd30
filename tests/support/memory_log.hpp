#pragma once

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <map>
#include <mutex>

#include "runtime/durable_log.hpp"

namespace lightstick::testing {

/// A durable_log in memory that commits, fails or damages when the test says so. Thread-safe. Header only, so that
/// unit tests of any folder may use it.
class memory_log final : public runtime::durable_log {
 public:
  /// With `hold_commits`, appends wait until `commit_all` or `fail_all`.
  bool hold_commits = false;
  /// With it, recoveries wait until `let_recover`.
  bool hold_recoveries = false;
  std::size_t queue_max = 1'000'000;

  void recover(const actor_id& actor, unique_function<void(result<runtime::recovered_log>)> done) override {
    std::unique_lock lock(mutex_);
    ++recoveries_;
    if (hold_recoveries) return held_.emplace_back(actor, std::move(done)), void();
    if (damaged_ == actor.to_string()) {
      lock.unlock();
      return done(fail(errc::corrupt, "journal of " + actor.to_string()));
    }
    if (const auto at = unreadable_.find(actor); at != unreadable_.end()) {
      auto why = at->second;
      lock.unlock();
      return done(fail(std::move(why)));
    }
    auto& stored = logs_[actor];
    runtime::recovered_log out;
    out.owner_epoch = epoch{1};
    out.snapshot = stored.snapshot;
    out.snapshot_at = stored.snapshot_at;
    out.events.assign(stored.events.begin() + static_cast<std::ptrdiff_t>(stored.snapshot_at.value()),
                      stored.events.end());
    out.last = sequence{stored.events.size()};
    for (const auto& [key, value] : stored.rows[runtime::row_table::marks]) out.marks.push_back({key, value});
    for (const auto& [name, r] : stored.reminders) out.reminders.push_back(r);
    out.history_floor = stored.history_floor;
    lock.unlock();
    done(std::move(out));
  }

  void let_recover() {
    for (auto& [actor, done] : std::exchange(held_, {})) {
      --recoveries_;
      recover(actor, std::move(done));
    }
  }

  [[nodiscard]] result<void> accepts() const override {
    std::lock_guard lock(mutex_);
    return waiting_.size() >= queue_max ? fail(errc::overloaded, "append queue") : result<void>{};
  }

  result<void> append(runtime::append_request request, std::shared_ptr<runtime::append_listener> listener) override {
    {
      std::lock_guard lock(mutex_);
      if (waiting_.size() >= queue_max) return fail(errc::overloaded, "append queue");
      waiting_.push_back({std::move(request), std::move(listener)});
      if (hold_commits) return {};
    }
    commit_all();
    return {};
  }

  void release(const actor_id&) override {
    std::lock_guard lock(mutex_);
    ++releases_;
  }

  void read_rows(const actor_id& actor, runtime::row_query query,
                 unique_function<void(result<runtime::row_page>)> done) override {
    runtime::row_page page;
    {
      std::lock_guard lock(mutex_);
      std::vector<runtime::row> found;
      for (const auto& [key, value] : logs_[actor].rows[query.table]) {
        if (query.table == runtime::row_table::history && key < logs_[actor].history_floor) continue;
        if (!query.after.empty() && key <= query.after) continue;
        if (!query.before.empty() && key >= query.before) continue;
        found.push_back({key, value});
      }
      if (query.newest_first) std::reverse(found.begin(), found.end());
      page.more = found.size() > query.rows_max;
      if (page.more) found.resize(query.rows_max);
      page.rows = std::move(found);
    }
    done(std::move(page));
  }

  /// The cursor is due time, actor and name, as text that sorts.
  void due_reminders(partition p, std::int64_t until_ms, std::string after_cursor, std::uint32_t entries_max,
                     unique_function<void(result<runtime::due_page>)> done) override {
    runtime::due_page page;
    page.cursor = after_cursor;
    {
      std::lock_guard lock(mutex_);
      std::map<std::string, runtime::due_reminder> due;
      for (const auto& [actor, stored] : logs_) {
        if (partition_of(actor) != p) continue;
        for (const auto& [name, r] : stored.reminders) {
          if (r.due_ms > until_ms) continue;
          auto cursor = runtime::big_endian_key(static_cast<std::uint64_t>(r.due_ms)) + actor.to_string() + '\0' + name;
          due[std::move(cursor)] = {actor, name, r.due_ms, r.payload};
        }
      }
      for (auto at = due.upper_bound(after_cursor); at != due.end(); ++at) {
        page.more = page.entries.size() >= entries_max;
        if (page.more) break;
        page.cursor = at->first;
        page.entries.push_back(std::move(at->second));
      }
    }
    done(std::move(page));
  }

  void commit_all() {
    std::deque<waiting> group;
    {
      std::lock_guard lock(mutex_);
      group.swap(waiting_);
      for (auto& w : group) {
        auto& stored = logs_[w.request.actor];
        if (stored.events.size() != w.request.expected.value()) std::abort();  // the runtime numbers wrongly
        for (auto& e : w.request.events) stored.events.push_back(std::move(e));
        for (auto& r : w.request.rows) {
          if (r.value) {
            stored.rows[r.table][r.key] = *r.value;
          } else {
            stored.rows[r.table].erase(r.key);
          }
        }
        for (auto& r : w.request.reminders) {
          auto found = stored.reminders.find(r.name);
          auto was = found == stored.reminders.end() ? std::nullopt : std::optional(found->second.due_ms);
          if (was != r.was_due_ms) std::abort();  // the runtime does not know its own reminders
          if (r.due_ms) {
            stored.reminders[r.name] = {r.name, *r.due_ms, std::move(r.payload)};
          } else if (was) {
            stored.reminders.erase(found);
          }
        }
        if (w.request.history_floor) stored.history_floor = std::move(*w.request.history_floor);
        if (w.request.snapshot) {
          stored.snapshot = std::move(w.request.snapshot);
          stored.snapshot_at = sequence{stored.events.size()};
        }
        w.last = sequence{stored.events.size()};
      }
    }
    for (auto& w : group) w.listener->committed(w.last);
  }

  void fail_all(const error& why) {
    std::deque<waiting> group;
    {
      std::lock_guard lock(mutex_);
      group.swap(waiting_);
    }
    for (auto& w : group) w.listener->append_failed(why);
  }

  void damage(const actor_id& actor) {
    std::lock_guard lock(mutex_);
    damaged_ = actor.to_string();
  }
  /// As an earlier program has left it, say.
  void keep_snapshot(const actor_id& actor, std::string bytes) {
    std::lock_guard lock(mutex_);
    auto& stored = logs_[actor];
    stored.snapshot = std::move(bytes);
    stored.snapshot_at = sequence{stored.events.size()};
  }
  /// A write that seemed to fail is there after all.
  void turn_up(const actor_id& actor, runtime::reminder r) {
    std::lock_guard lock(mutex_);
    logs_[actor].reminders[r.name] = r;
  }
  /// It cannot be read until `mend`.
  void make_unreadable(const actor_id& actor, error why) {
    std::lock_guard lock(mutex_);
    unreadable_[actor] = std::move(why);
  }
  void mend(const actor_id& actor) {
    std::lock_guard lock(mutex_);
    unreadable_.erase(actor);
  }
  [[nodiscard]] std::vector<std::string> events(const actor_id& actor) {
    std::lock_guard lock(mutex_);
    return logs_[actor].events;
  }
  [[nodiscard]] bool has_snapshot(const actor_id& actor) {
    std::lock_guard lock(mutex_);
    return logs_[actor].snapshot.has_value();
  }
  [[nodiscard]] std::size_t recoveries() {
    std::lock_guard lock(mutex_);
    return recoveries_;
  }
  [[nodiscard]] std::size_t releases() {
    std::lock_guard lock(mutex_);
    return releases_;
  }
  [[nodiscard]] std::size_t waiting_appends() {
    std::lock_guard lock(mutex_);
    return waiting_.size();
  }

 private:
  struct waiting {
    runtime::append_request request;
    std::shared_ptr<runtime::append_listener> listener;
    sequence last{};
  };
  struct stored_log {
    std::vector<std::string> events;
    std::optional<std::string> snapshot;
    sequence snapshot_at;
    std::map<runtime::row_table, std::map<std::string, std::string>> rows;
    std::map<std::string, runtime::reminder> reminders;
    std::string history_floor;
  };
  mutable std::mutex mutex_;
  std::map<actor_id, stored_log> logs_;
  std::deque<waiting> waiting_;
  std::vector<std::pair<actor_id, unique_function<void(result<runtime::recovered_log>)>>> held_;
  std::string damaged_;
  std::map<actor_id, error> unreadable_;
  std::size_t recoveries_ = 0;
  std::size_t releases_ = 0;
};

}  // namespace lightstick::testing
