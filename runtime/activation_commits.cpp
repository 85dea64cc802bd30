// The part of activation that makes changes durable and reads them back.
#include <algorithm>
#include <limits>
#include <set>
#include <string_view>

#include "runtime/activation.hpp"
#include "runtime/activation_guard.hpp"
#include "runtime/commit_listener.hpp"
#include "runtime/record_codec.hpp"

namespace lightstick::runtime {
namespace {

constexpr std::int64_t no_reminder = std::numeric_limits<std::int64_t>::max();

std::int64_t earliest(const std::vector<reminder_write>& reminders) {
  auto out = no_reminder;
  for (const auto& r : reminders) out = std::min(out, r.due_ms.value_or(no_reminder));
  return out;
}

class commit_listener final : public append_listener {
 public:
  commit_listener(weak_cell to, std::uint32_t generation) : to_(std::move(to)), generation_(generation) {}

  void committed(sequence last) noexcept override {
    if (auto to = to_.lock()) {
      to->post([generation = generation_, last](activation& a) { a.on_committed(generation, last); });
    }
  }
  void append_failed(const error& why) noexcept override {
    if (auto to = to_.lock()) {
      to->post([generation = generation_, why](activation& a) { a.on_append_failed(generation, why); });
    }
  }

 private:
  weak_cell to_;
  std::uint32_t generation_;
};

}  // namespace

std::shared_ptr<append_listener> make_commit_listener(weak_cell to, std::uint32_t generation) {
  return std::make_shared<commit_listener>(std::move(to), generation);
}

result<void> activation::may_persist() {
  if (phase_ != activation_phase::active || append_failed_) return fail(errc::unavailable, "the actor is recovering");
  if (firing_ != nullptr) return {};  // asked before the reminder was handed over
  return host_.log().accepts();
}

result<void> activation::may_remind(const std::vector<reminder_write>& changes) {
  std::set<std::string_view> names;
  for (const auto& known : reminders_) names.insert(known.name);
  if (firing_ != nullptr) names.erase(firing_->which.name);
  for (const auto& change : changes) {
    if (change.due_ms) {
      names.insert(change.name);
    } else {
      names.erase(change.name);
    }
  }
  if (names.size() <= kind().reminders_max) return {};
  return fail(errc::overloaded, "an actor has at most " + std::to_string(kind().reminders_max) + " reminders");
}

/// Moves the reminders of `what` to `request`, and notes them as set.
result<void> activation::note_reminders(changes& what, append_request& request) {
  if (auto may = may_remind(what.reminders); !may) {
    refuse_reminder(may.error());  // or it would be forgotten without what was to come of it
    return may;
  }
  if (firing_ != nullptr) {
    const auto again = [&](const auto& each) { return each.name == firing_->which.name; };
    if (std::ranges::none_of(what.reminders, again)) what.reminders.push_back({firing_->which.name, {}, {}, {}});
    firing_ = nullptr;
  }
  auto after = reminders_;
  for (auto& change : what.reminders) {
    auto known = std::ranges::find(after, change.name, &reminder::name);
    change.was_due_ms.reset();
    if (known != after.end()) {
      change.was_due_ms = known->due_ms;
      after.erase(known);
    }
    if (!change.was_due_ms && !change.due_ms) continue;
    if (change.due_ms) after.push_back({change.name, *change.due_ms, change.payload});
    request.reminders.push_back(std::move(change));
  }
  reminders_ = std::move(after);
  return {};
}

/// The state is ahead of the journal: it is read again.
void activation::refuse_too_large(const char* what, std::size_t bytes,
                                  unique_function<void(commit_outcome, context&)> done) {
  last_error_ = {make_error_code(errc::invalid), std::string(what) + " would have " + std::to_string(bytes) +
                                                     " bytes, more than " + std::to_string(record_bytes_max)};
  append_failed_ = true;
  done(tl::unexpected<error>(last_error_), *this);
}

void activation::persist(changes what, unique_function<void(commit_outcome, context&)> done) {
  if (phase_ != activation_phase::active || append_failed_) {
    return done(fail(errc::unavailable, "the actor is recovering"), *this);
  }
  for (const auto& event : what.events) {
    if (event.size() > record_bytes_max) return refuse_too_large("an event", event.size(), std::move(done));
  }
  append_request request;
  if (firing_ != nullptr || !what.reminders.empty()) {
    if (auto noted = note_reminders(what, request); !noted) {
      last_error_ = noted.error();
      append_failed_ = !what.events.empty();
      return done(std::move(noted), *this);
    }
    if (what.events.empty() && !request.reminders.empty()) what.events.emplace_back();
  }
  if (what.events.empty()) {
    // Rows without an event would have no place in the journal's order.
    if (!what.rows.empty() || what.history_floor || what.snapshot_now)
      return done(fail(errc::invalid, "rows need an event"), *this);
    if (commits_.empty()) return done({}, *this);
    commits_.push_back({appended_, trace_, no_reminder, run_at_, std::move(done)});
    return;
  }
  persisted_ = true;
  request.actor = cell_.id;
  request.owner_epoch = epoch_;
  request.expected = appended_;
  const auto count = static_cast<std::uint32_t>(what.events.size());
  appended_ = sequence{appended_.value() + count};
  since_snapshot_ += count;
  for (const auto& event : what.events) bytes_since_snapshot_ += static_cast<std::uint32_t>(event.size());
  request.events = std::move(what.events);
  request.rows = std::move(what.rows);
  request.history_floor = std::move(what.history_floor);
  if (what.snapshot_now || since_snapshot_ >= kind().snapshot_every || bytes_since_snapshot_ >= kind().snapshot_bytes) {
    request.snapshot = logic_->snapshot();
    request.remove_later = !what.snapshot_now;
    if (request.snapshot->size() > record_bytes_max) {
      return refuse_too_large("its state", request.snapshot->size(), std::move(done));
    }
    since_snapshot_ = bytes_since_snapshot_ = 0;
  }
  const auto due_ms = earliest(request.reminders);
  if (auto queued = host_.log().append(std::move(request), listener_); !queued) {
    last_error_ = queued.error();
    append_failed_ = true;
    return done(tl::unexpected<error>(last_error_), *this);
  }
  cell_.stats.persisted(count, now().time_since_epoch());
  // Now and when it is durable: nobody may be left to say so then, and to look for nothing does no harm.
  if (due_ms != no_reminder) host_.reminder_set(cell_, due_ms);
  commits_.push_back({appended_, trace_, due_ms, run_at_, std::move(done)});
}

void activation::on_committed(std::uint32_t generation, sequence last) {
  if (ended_ || generation != generation_ || phase_ != activation_phase::active) return;
  committed_ = std::max(committed_, last);
  auto first_waiting =
      std::find_if(commits_.begin(), commits_.end(), [&](const auto& c) { return c.last > committed_; });
  std::vector<pending_commit> due(std::make_move_iterator(commits_.begin()), std::make_move_iterator(first_waiting));
  commits_.erase(commits_.begin(), first_waiting);
  if (due.empty()) return;
  window_.took(run_at_ - due.back().begun);
  guarded({}, [&] {
    for (auto& commit : due) {
      trace_ = commit.trace;
      if (commit.due_ms != no_reminder) host_.reminder_set(cell_, commit.due_ms);
      commit.done({}, *this);
    }
    trace_ = {};
    logic_->settled(*this);
    exceptions_in_a_row_ = 0;
  });
}

void activation::on_append_failed(std::uint32_t generation, const error& why) {
  if (ended_ || generation != generation_ || phase_ != activation_phase::active) return;
  last_error_ = why;
  append_failed_ = true;
  after_step();
}

void activation::read_rows(row_query query, unique_function<void(result<row_page>, context&)> done) {
  ++reads_;
  host_.log().read_rows(
      cell_.id, std::move(query),
      [to = cell_.weak_from_this(), incarnation = incarnation_, trace = trace_,
       done = std::move(done)](result<row_page> page) mutable {
        auto cell = to.lock();
        if (!cell) return;
        cell->post([incarnation, trace, done = std::move(done), page = std::move(page)](activation& a) mutable {
          a.on_rows(incarnation, trace, std::move(done), std::move(page));
        });
      });
}

void activation::on_rows(std::uint32_t incarnation, trace_id trace,
                         unique_function<void(result<row_page>, context&)> done, result<row_page> page) {
  when_ready([incarnation, trace, done = std::move(done), page = std::move(page)](activation& a) mutable {
    if (incarnation != a.incarnation_) return;
    --a.reads_;
    a.guarded(trace, [&] { done(std::move(page), a); });
  });
}

}  // namespace lightstick::runtime
