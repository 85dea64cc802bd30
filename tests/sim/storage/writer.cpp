#include "tests/sim/storage/writer.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

namespace lightstick::sim {
namespace {

constexpr auto process = scheduler::side::process;
/// Reminders of one log; beyond it none is set.
constexpr std::size_t reminders_max = 8;

std::size_t bytes_of(const storage::append_request& r) {
  std::size_t out = 0;
  for (const auto& event : r.events) out += event.size();
  for (const auto& row : r.rows) out += row.key.size() + row.value.value_or("").size();
  return out;
}

}  // namespace

void writer::listener::committed(sequence last) noexcept {
  if (to != nullptr) to->hear(last.value());
}
void writer::listener::append_failed(const error& /*why*/) noexcept {
  if (to != nullptr) to->hear(std::nullopt);
}

writer::writer(const surroundings& around, storage::log_id log, log_model& model)
    : around_(around), log_(std::move(log)), model_(model), ear_(std::make_shared<listener>()) {
  ear_->to = this;
}

writer::~writer() { ear_->to = nullptr; }

void writer::open_soon() {
  if (phase_ != phase::closed) return;
  phase_ = phase::opening;
  around_.on.loop.post(process, "writer: open", [this] { open(); });
}

void writer::submit(command c) {
  if (phase_ != phase::open) {
    open_soon();
    return c.reply(std::nullopt);
  }
  if (around_.dedupe && knows(c)) return;
  auto also = any_upkeep(c);
  append(std::move(c), std::move(also));
}

void writer::remind(const std::string& name, std::int64_t due_ms) {
  if (phase_ != phase::open) return open_soon();
  auto set = kept_.reminders.find(name);
  if (set == kept_.reminders.end() || set->second.due_ms != due_ms) return;
  around_.on.notes.note("writer: rings", name);
  ++around_.numbers.reminded;
  command ring;
  ring.cids = {name + '@' + std::to_string(due_ms)};
  ring.reply = [](std::optional<std::uint64_t> /*first*/) {};
  append(std::move(ring), {{{name, due_ms, std::nullopt, {}}}, 0});
}

/// Replies to a command that was sent before, as soon as that one is durable.
bool writer::knows(command& c) {
  std::size_t known = 0;
  for (const auto& cid : c.cids) known += places_.count(cid);
  if (known == 0) return false;
  if (known != c.cids.size()) throw violation(log_.name + ": a part of the command of " + c.cids.front() + " is there");
  ++around_.numbers.repeated;
  auto first = places_.find(c.cids.front())->second;
  auto last = places_.find(c.cids.back())->second;
  if (last <= committed_) {
    c.reply(first);
  } else {
    pending_.push_back({first, last, std::move(c)});
  }
  return true;
}

/// What comes along with a command, as chance has it.
upkeep writer::any_upkeep(const command& c) {
  upkeep out;
  auto& chance = around_.on.chance;
  const auto now = around_.on.clock.wall().value;
  auto later = [&] { return now + static_cast<std::int64_t>(chance.below(3'000)); };
  if (!c.may_remind) return out;
  const auto name = "r-" + c.cids.front();
  if (kept_.reminders.size() < reminders_max && !kept_.reminders.contains(name) && chance.per_mille(300)) {
    out.reminders.push_back({name, std::nullopt, later(), "payload of " + name});
  }
  if (!kept_.reminders.empty() && chance.per_mille(150)) {
    auto at = kept_.reminders.begin();
    std::advance(at, chance.below(kept_.reminders.size()));
    storage::reminder_write change{at->first, at->second.due_ms, std::nullopt, {}};
    if (chance.per_mille(600)) {
      change.due_ms = later();
      change.payload = "moved";
    }
    out.reminders.push_back(std::move(change));
  }
  if (chance.per_mille(80)) out.floor = std::max(kept_.floor, 1 + chance.below(tail_ + c.cids.size() + 1));
  return out;
}

storage::append_request writer::request_of(const command& c, const upkeep& also, std::int64_t expires_ms) const {
  storage::append_request r;
  r.log = log_;
  r.owner_epoch = epoch_;
  r.expected = sequence{tail_};
  auto at = tail_;
  for (const auto& cid : c.cids) {
    r.events.push_back(event_of(cid));
    r.rows.push_back({storage::row_table::history, row_key_of(++at), r.events.back(), 0});
    r.rows.push_back({storage::row_table::marks, cid, std::to_string(at), expires_ms});
  }
  r.reminders = also.reminders;
  if (also.floor > 0) r.history_floor = row_key_of(also.floor);
  return r;
}

void writer::append(command c, upkeep also) {
  auto expires_ms = around_.on.clock.wall().value + std::chrono::milliseconds{marks_kept}.count();
  auto r = request_of(c, also, expires_ms);
  auto chain = chain_;
  for (const auto& event : r.events) chain = chain_of(chain, event);
  const auto last = tail_ + c.cids.size();
  since_snapshot_ += c.cids.size();
  if (since_snapshot_ > 5 && around_.on.chance.per_mille(200)) {
    r.snapshot = snapshot_of(last, chain);
    since_snapshot_ = 0;
  }
  under_way_.push_back({last, bytes_of(r)});
  if (auto taken = around_.disk.append(r, ear_); !taken) {
    under_way_.pop_back();
    around_.on.notes.note("writer: refused", taken.error().to_string());
    if (taken.error().is(condition::overloaded)) {
      ++around_.numbers.refused;
    } else {
      lost("writer: has to look again");
    }
    return c.reply(std::nullopt);
  }
  kept_.apply(also);
  model_.accepted(r.expected, c.cids, expires_ms, std::move(also));
  chain_ = chain;
  for (const auto& cid : c.cids) places_[cid] = ++tail_;
  pending_.push_back({tail_ - c.cids.size() + 1, tail_, std::move(c)});
}

std::size_t writer::bytes_under_way() const noexcept {
  std::size_t out = 0;
  for (const auto& each : under_way_) out += each.bytes;
  return out;
}

void writer::hear(std::optional<std::uint64_t> committed) {
  while (!under_way_.empty() && (!committed || under_way_.front().last <= *committed)) under_way_.pop_front();
  mail_.push_back(committed);
  around_.on.loop.post(process, "writer: mail", [this] { read_mail(); });
}

void writer::read_mail() {
  auto news = mail_.front();
  mail_.pop_front();
  if (!news) return lost("writer: append failed");
  around_.on.notes.note("writer: committed", hash_of(log_.name), *news);
  model_.committed(sequence{*news});
  // What it says may be of appends before the last opening.
  committed_ = std::max(committed_, *news);
  std::deque<pending> still;
  for (auto& p : pending_) {
    if (p.last <= committed_) {
      p.what.reply(p.first);
    } else {
      still.push_back(std::move(p));
    }
  }
  pending_ = std::move(still);
}

void writer::lost(std::string_view why) {
  around_.on.notes.note(why, hash_of(log_.name));
  for (auto& p : std::exchange(pending_, {})) p.what.reply(std::nullopt);
  if (phase_ != phase::open) return;
  phase_ = phase::closed;
  reopen_later();
}

void writer::reopen_later() {
  phase_ = phase::opening;
  auto pause = around_.on.chance.between(std::chrono::nanoseconds{0}, std::chrono::milliseconds{50});
  around_.on.loop.after(process, pause, "writer: open again", [this] { open(); });
}

void writer::open() {
  auto found = around_.disk.open_log(log_);
  if (!found) {
    around_.on.notes.note("writer: cannot open", found.error().to_string());
    if (found.error().is(condition::corrupt)) throw violation(found.error().to_string());
    return reopen_later();
  }
  model_.check(*found, around_.on.clock.wall().value);
  phase_ = phase::open;
  epoch_ = found->owner_epoch;
  tail_ = committed_ = found->last.value();
  chain_ = model_.chain_at(tail_);
  since_snapshot_ = found->events.size();
  kept_ = model_.kept();
  places_.clear();
  for (const auto& m : found->marks) {
    std::uint64_t at = 0;
    std::from_chars(m.value.data(), m.value.data() + m.value.size(), at);
    places_.emplace(m.key, at);
  }
  around_.on.notes.note("writer: open", hash_of(log_.name), tail_);
}

}  // namespace lightstick::sim
