#include "tests/sim/rooms/node.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "actors/room/room_actor.hpp"
#include "actors/user/messages.hpp"
#include "actors/user/user_actor.hpp"
#include "tests/sim/rooms/asker.hpp"
#include "tests/sim/rooms/bell.hpp"

namespace lightstick::sim {

namespace {

constexpr std::uint32_t text_bytes_max = 32'000;
constexpr std::chrono::minutes dedupe_window{2};  ///< longer than anybody sends the same

actors::room::options room_options(const room_troubles& with, breakage broken) {
  actors::room::options o;
  o.capacity = with.capacity;
  o.hold_place = with.hold_place;
  o.dedupe_window = broken == breakage::skip_dedupe ? std::chrono::milliseconds{0} : dedupe_window;
  o.marks_max = with.marks_max;
  o.recent_max = with.recent_max;
  o.reacting_max = with.reacting_max;
  o.idle_after = with.idle_after;
  o.retention_age = with.keep.age;
  o.retention_bytes = with.keep.bytes;
  o.mailbox_max = broken == breakage::skip_bound ? std::numeric_limits<std::uint32_t>::max() : with.mailbox_max;
  return o;
}

gate::rules gate_rules(const room_troubles& with) {
  gate::rules r;
  r.gaps = with.faults.broken_read > 0 || with.keep.age.count() > 0 || with.text_bytes > 0;
  r.sessions.text_bytes_max = text_bytes_max;
  r.sessions.publish_rate[0] = {1000, 1000};
  r.sessions.request_rate = {1000, 1000};
  r.sessions.ask_limit = with.ask_limit;
  r.sessions.mailbox_max = with.mailbox_max;
  return r;
}

}  // namespace

node::node(machine& on, const room_troubles& with, breakage broken, frailty& how)
    : on_(on), with_(with), frailty_(how), gate_(std::make_unique<gate>(on, gate_rules(with))) {
  if (broken == breakage::skip_bound) promised_[actors::room::kind] = with.mailbox_max;
}

result<std::unique_ptr<node>> node::start(machine& on, const room_troubles& with, breakage broken, frailty& how) {
  std::unique_ptr<node> out(new node(on, with, broken, how));
  storage::options o;
  if (broken == breakage::skip_fsync) o.durability = storage::durability::os;
  o.queue_requests_max = with.appends_max;
  auto lower = lower_half::start(on, std::move(o), {}, *out->registry_, broken);
  if (!lower) return fail(std::move(lower.error()));
  out->lower_ = std::move(*lower);
  runtime::system_options how_many;
  how_many.max_throughput = with.throughput;
  how_many.actors_max = with.actors_max;
  how_many.recoveries_max = with.recoveries_max;
  auto tune = [&with](runtime::kind_options& kind) {
    kind.deadline = with.deadline;
    kind.snapshot_every = with.snapshot_every;
    kind.restart.first = std::min(kind.restart.first, with.backoff_max);
    kind.restart.longest = with.backoff_max;
    kind.restart.failures_max = with.failures_max;
    if (kind.name != actors::room::kind) kind.idle_after = with.idle_after;
    if (kind.name == actors::session::kind && with.asks_max > 0) kind.asks_max = with.asks_max;
  };
  out->actors_ = std::make_unique<scheduled_actors>(on, how_many, out->lower_->log(), *out->registry_, how, tune,
                                                    broken != breakage::skip_wake);
  out->gate_->open_to(*out->actors_);
  actors::room::register_kind(*out->actors_, *out->gate_, out->store().history(), room_options(with, broken));
  actors::user::register_kind(*out->actors_);
  actors::session::register_kind(*out->actors_, gate_rules(with).sessions);
  bell::register_kind(*out->actors_);
  asker::register_kind(*out->actors_,
                       broken == breakage::skip_bound ? std::numeric_limits<std::uint32_t>::max() : asker::timers_max);
  for (const auto& e : out->registry_->entries()) {
    if (e.name == "lightstick_storage_queue_requests") out->appends_wait_ = e.as_gauge;
  }
  return out;
}

node::~node() {
  gate_.reset();  // first: nobody is told anything any more
  actors_.reset();
}

void node::check() const {
  gate_->check();
  actors_->check_bounds(promised_);
  if (appends_wait_->value() > with_.appends_max) {
    throw violation("a bound is not kept: " + std::to_string(appends_wait_->value()) + " appends wait");
  }
}

bool node::compact() {
  const auto done = lower_->disk().compact(on_.clock.wall().value);
  on_.notes.note("disk: compacts", done ? 1 : 0);
  return done.has_value();
}

void node::end_quarantines() {
  for (const auto& each : actors_->quarantined(1'000)) {
    on_.notes.note("operator: ends a quarantine", each.id.to_string());
    actors_->restart(each.id, [](const result<void>& /*done*/) {});
  }
}

std::string node::busy() const {
  if (auto open = gate_->unanswered(); !open.empty()) return open;
  if (auto actor = actors_->busy(); !actor.empty()) return actor;
  if (appends_wait_->value() > 0) return "appends wait";
  return lower_->log().reads().waiting() > 0 ? "reads wait" : "";
}

std::unique_ptr<runtime::logic> node::read_back(const actor_id& id, sequence* last) {
  auto log = store().read_log({partition_of(id), id.to_string()});
  if (!log) {
    if (log.error().is(condition::corrupt)) throw violation(log.error().to_string());
    return nullptr;
  }
  if (last != nullptr) *last = log->last;
  if (log->last == sequence{}) return nullptr;
  auto fresh = actors_->make_plain(id);
  auto must = [&](const result<void>& done) {
    if (!done) throw violation(id.to_string() + " cannot be read back: " + done.error().to_string());
  };
  if (log->snapshot) must(fresh->restore(*log->snapshot));
  for (const auto& mark : log->marks) must(fresh->restore_mark({mark.key, mark.value}));
  for (const auto& event : log->events) {
    if (!event.empty()) must(fresh->replay(event));
  }
  return fresh;
}

void node::compare_with_disk(const actor_id& id) {
  actors_->inspect(id, [this, id](const result<runtime::actor_report>& report) {
    if (report) compare(id, *report);
  });
}

void node::compare(const actor_id& id, const runtime::actor_report& report) {
  if (report.phase == runtime::activation_phase::quarantined) return;
  if (report.phase != runtime::activation_phase::active || report.uncommitted > 0 || !store().writable()) return;
  if (report.open_asks > report.info.mailbox_max + 256) throw violation(id.to_string() + " has too many open asks");
  auto live = frailty_.alive.find(id);
  if (live == frailty_.alive.end()) return;
  sequence last;
  auto fresh = read_back(id, &last);
  if (!fresh) return;
  // A write that failed may turn up when the disk comes back; the actor learns of it with its next append.
  if (last > report.journal_at && on_.file.counts().broken > 0) return;
  if (last != report.journal_at) {
    throw violation(id.to_string() + " is at " + std::to_string(report.journal_at.value()) + ", the disk at " +
                    std::to_string(last.value()));
  }
  ++compared;
  if (fresh->snapshot() != live->second->snapshot()) {
    throw violation(id.to_string() + " is another than its journal at " + std::to_string(last.value()));
  }
}

}  // namespace lightstick::sim
