#include "tests/sim/rooms/device.hpp"

#include <algorithm>
#include <utility>

#include "runtime/base/result.hpp"

namespace lightstick::sim {

namespace session = actors::session;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

namespace {

constexpr auto outside = scheduler::side::outside;
constexpr std::size_t says_max = 24;
constexpr std::size_t asks_max = 48;
constexpr std::chrono::seconds patience{20};  ///< a third of the window in which the same is recognised

bool is(const error& e, actors::errc code) { return e.code == make_error_code(code); }

}  // namespace

device::device(stage& on, std::size_t user, std::size_t number)
    : on_(on), user_(user), name_("d" + std::to_string(number)) {}

std::string device::describe() const {
  return on_.users[user_].name + "/" + name_ + " with " + std::to_string(asked_.size()) + " requests and " +
         std::to_string(says_.size()) + " things to say";
}

std::string device::any_room() { return on_.rooms[on_.on.chance.below(on_.rooms.size())].name(); }

// ---- what it does ----

void device::think_later() {
  on_.on.loop.after(outside, on_.on.chance.between(nanoseconds{0}, milliseconds{on_.over ? 300 : 30}), "device: thinks",
                    [this] {
                      think();
                      think_later();
                    });
}

void device::think() {
  if (on_.up == nullptr) return;
  if (connection_ == 0) {
    if (!on_.over || !says_.empty()) connect();
    return;
  }
  if (!welcomed_ || asked_.size() >= asks_max) return;
  if (!on_.over) return act();
  for (const auto& s : says_) {
    if (!in_.contains(s.room)) return join(s.room);
  }
}

void device::act() {
  auto& chance = on_.on.chance;
  switch (chance.below(12)) {
    case 0:
    case 1: return join_or_leave();
    case 2:
    case 3: return read_history();
    case 4: return move_cursor();
    case 5: return ask(session::presence{next_id(), room_id{any_room()}, true, 10, {}});
    case 6: return chance.per_mille(200) ? disconnect() : say_something();
    default: {
      const auto count = chance.per_mille(200) ? chance.between(1, on_.with.burst_max) : 1;
      for (std::uint64_t n = 0; n < count; ++n) say_something();
    }
  }
}

void device::connect() {
  session::identity who;
  who.user = user_id{on_.users[user_].name};
  who.device = device_id{name_};
  who.name = on_.users[user_].name;
  auto opened = on_.up->door().connect(std::move(who), *this, "s" + std::to_string(++on_.sessions_made));
  if (!opened) return on_.on.notes.note("device: not let in", opened.error().to_string());
  connection_ = *opened;
  welcomed_ = false;
  session::begin b{next_id(), {}};
  for (const auto& [room, up_to] : read_up_to_) {
    if (on_.on.chance.per_mille(100)) continue;
    auto& entry = b.resume.emplace_back();
    entry.room = room_id{room};
    if (on_.on.chance.per_mille(800)) entry.since = actors::room::since{on_.up->store().history(), offset{up_to}};
  }
  ask(std::move(b));
}

void device::disconnect() {
  on_.on.notes.note("device: goes", name_);
  on_.up->door().disconnect(connection_);
  lost();
}

void device::lost() {
  connection_ = 0;
  welcomed_ = false;
  asked_.clear();
  in_.clear();
  cursor_heard_.clear();
  for (auto& s : says_) {
    if (s.under_way == 0) continue;
    s.perhaps = true;
    s.under_way = 0;
    say_again_later(s);
  }
}

void device::ask(request what) {
  question q{what, {}};
  const auto& mine = on_.users[user_];
  for (const auto& room : on_.rooms) {
    auto& then = q.then[room.name()];
    then.room = room.now();
    auto at = mine.rooms.find(room.name());
    if (at == mine.rooms.end() || mine.leaves) continue;
    then.read = at->second.least;
    then.entered = at->second.entered;
  }
  asked_.emplace(std::visit([](const auto& r) { return r.id; }, what), std::move(q));
  // What it says to a process that has just died is never answered: it will hear that the connection is gone.
  if (on_.up != nullptr) on_.up->door().ask(connection_, std::move(what));
}

void device::say_something() {
  if (in_.empty() || says_.size() >= says_max) return;
  auto at = in_.begin();
  std::advance(at, on_.on.chance.below(in_.size()));
  saying s;
  s.room = at->first;
  s.cid = "c" + std::to_string(++cids_);
  const bool poison = on_.with.poison && on_.on.chance.per_mille(30);
  s.text = (poison ? "poison " : "") + on_.users[user_].name + "/" + name_ + "/" + s.cid + " in " + s.room;
  if (on_.with.text_bytes > s.text.size()) s.text += '\n' + std::string(on_.with.text_bytes - s.text.size() - 1, '.');
  s.since = on_.on.clock.now();
  on_.room(s.room).attempts(s.text, on_.users[user_].name);
  says_.push_back(std::move(s));
  say(says_.back());
}

void device::say(saying& s) {
  ++s.under_way;
  s.resting = false;
  on_.on.notes.note("device: says", s.cid);
  session::publish p;
  p.id = next_id();
  p.room = room_id{s.room};
  p.cid = s.cid;
  p.text = s.text;
  ask(std::move(p));
}

void device::say_again_later(saying& s) {
  if (std::exchange(s.resting, true)) return;
  on_.on.loop.after(outside, on_.on.chance.between(milliseconds{1}, milliseconds{400}), "device: again",
                    [this, cid = s.cid] {
                      auto* now = find(cid);
                      if (now == nullptr || !now->resting) return;
                      now->resting = false;
                      if (on_.on.clock.now() - now->since > patience) return give_up(*now);
                      if (on_.up != nullptr && welcomed_ && in_.contains(now->room)) return say(*now);
                      say_again_later(*now);
                    });
}

void device::give_up(saying& s) {
  if (s.under_way > 0) return;
  if (!s.perhaps) on_.room(s.room).did_not_happen(s.text);
  drop(s.cid);
}

device::saying* device::find(const std::string& cid) {
  auto at = std::ranges::find(says_, cid, &saying::cid);
  return at == says_.end() ? nullptr : &*at;
}

void device::drop(const std::string& cid) {
  std::erase_if(says_, [&](const saying& s) { return s.cid == cid; });
}

void device::join(const std::string& room) {
  for (const auto& [id, q] : asked_) {
    const auto* j = std::get_if<session::join>(&q.what);
    const auto* l = std::get_if<session::leave>(&q.what);
    if ((j != nullptr && j->room.str() == room) || (l != nullptr && l->room.str() == room)) return;
  }
  session::join j{next_id(), room_id{room}, {}, static_cast<std::uint32_t>(on_.on.chance.below(101))};
  auto up_to = read_up_to_.find(room);
  if (up_to != read_up_to_.end() && on_.on.chance.per_mille(600)) {
    j.since = actors::room::since{on_.up->store().history(), offset{up_to->second}};
  }
  ask(std::move(j));
}

void device::join_or_leave() {
  const auto room = any_room();
  if (!in_.contains(room)) return join(room);
  if (!on_.users[user_].leaves || !on_.on.chance.per_mille(400)) return;
  for (const auto& [id, q] : asked_) {
    const auto* l = std::get_if<session::leave>(&q.what);
    if (l != nullptr && l->room.str() == room) return;
  }
  ask(session::leave{next_id(), room_id{room}});
}

void device::read_history() {
  session::history h;
  h.id = next_id();
  const auto room = any_room();
  h.room = room_id{room};
  h.limit = static_cast<std::uint32_t>(on_.on.chance.between(1, 20));
  const auto floor = on_.room(room).floor();
  if (on_.on.chance.per_mille(500)) {
    h.after = offset{on_.on.chance.below(floor + 2)};
  } else {
    h.before = offset{1 + on_.on.chance.below(floor + 3)};
  }
  ask(std::move(h));
}

void device::move_cursor() {
  if (in_.empty()) return;
  auto at = in_.begin();
  std::advance(at, on_.on.chance.below(in_.size()));
  const auto to = on_.on.chance.below(at->second.at + 1);
  auto& sent = on_.users[user_].rooms[at->first].sent_max;
  sent = std::max(sent, to);
  ask(session::read{next_id(), room_id{at->first}, offset{to}});
}

// ---- what it hears ----

void device::hear(std::uint64_t connection, heard what) {
  inbox_.emplace_back(connection, std::move(what));
  on_.on.loop.post(outside, "device: hears", [this] { hear_next(); });
}

void device::hear_next() {
  auto [connection, what] = std::move(inbox_.front());
  inbox_.pop_front();
  if (connection != connection_) return;
  std::visit([this](auto& w) { on(w); }, what);
}

void device::on(closed& c) {
  on_.on.notes.note("device: connection gone", c.why);
  lost();
}

void device::on(pushed& p) {
  on_.room(p.room).saw_run(p.messages);
  auto in = in_.find(p.room);
  if (in == in_.end()) throw violation(name_ + " hears of " + p.room + " and is not there");
  if (p.messages.front()->off.value() != in->second.at + 1) {
    throw violation(name_ + " at " + std::to_string(in->second.at) + " of " + p.room + " hears " +
                    std::to_string(p.messages.front()->off.value()));
  }
  in->second.at = p.messages.back()->off.value();
  read_up_to_[p.room] = in->second.at;
  on_.on.notes.note("device: hears messages", in->second.at);
}

void device::on(moved& m) {
  const auto& room = m.at.room.str();
  auto& before = cursor_heard_[room];
  check_cursor(room, m.at.read.value(), on_.users[user_].leaves ? 0 : before);
  before = m.at.read.value();
}

void device::on(answered& a) {
  auto at = asked_.find(a.id);
  if (at == asked_.end()) throw violation(name_ + ": an answer to nothing");
  auto q = std::move(at->second);
  asked_.erase(at);
  on_.on.notes.note("device: answered", a.id, a.body.index());
  if (const auto* w = std::get_if<session::welcome>(&a.body)) return on_welcome(q, *w);
  if (const auto* j = std::get_if<session::join_result>(&a.body)) {
    const auto& since = std::get<session::join>(q.what).since;
    return on_join(q, *j, since ? std::optional(since->off.value()) : std::nullopt);
  }
  if (const auto* l = std::get_if<session::left>(&a.body)) {
    in_.erase(l->room.str());
    read_up_to_.erase(l->room.str());
  } else if (const auto* p = std::get_if<session::published>(&a.body)) {
    publish_done(std::get<session::publish>(q.what), *p);
  } else if (const auto* page = std::get_if<session::history_page>(&a.body)) {
    page_came(q, *page);
  } else if (const auto* c = std::get_if<session::cursor>(&a.body)) {
    const auto& asked = std::get<session::read>(q.what);
    check_cursor(asked.room.str(), c->at.read.value(), std::max(q.then[asked.room.str()].read, asked.off.value()));
  } else if (!std::holds_alternative<session::present>(a.body) || !std::holds_alternative<session::presence>(q.what)) {
    throw violation(name_ + ": an answer of another kind");
  }
}

void device::on(refused& r) {
  auto at = asked_.find(r.id);
  if (at == asked_.end()) throw violation(name_ + ": a refusal of nothing");
  auto q = std::move(at->second);
  asked_.erase(at);
  on_.on.notes.note("device: refused", r.why.to_string());
  if (r.why.is(condition::overloaded)) ++on_.numbers.refused;
  if (const auto* p = std::get_if<session::publish>(&q.what)) {
    on_.on.notes.note("device: may not say", p->cid);
    return publish_refused(*p, r.why);
  }
  if (std::holds_alternative<session::read>(q.what)) return on_cursor_refused(q, r.why);
  if (const auto* h = std::get_if<session::history>(&q.what)) {
    if (is(r.why, actors::errc::room_not_found) && q.then[h->room.str()].room.floor > 0) {
      throw violation("lost: the room " + h->room.str());
    }
  }
}

void device::on_welcome(const question& q, const session::welcome& w) {
  welcomed_ = true;
  const auto& asked = std::get<session::begin>(q.what).resume;
  if (w.rooms.size() != asked.size()) throw violation(name_ + ": a welcome to other rooms");
  for (std::size_t n = 0; n < asked.size(); ++n) {
    if (w.rooms[n].room != asked[n].room) throw violation(name_ + ": a welcome to other rooms");
    on_join(q, w.rooms[n], asked[n].since ? std::optional(asked[n].since->off.value()) : std::nullopt);
  }
  for (const auto& [room, then] : q.then) {
    if (!then.entered) continue;
    auto at = std::ranges::find(w.mine, room_id{room}, &actors::user::room_cursor::room);
    if (at == w.mine.end()) throw violation("lost: that " + on_.users[user_].name + " is in " + room);
    check_cursor(room, at->read.value(), then.read);
  }
}

void device::on_join(const question& q, const session::join_result& j, std::optional<std::uint64_t> since) {
  const auto& room = j.room.str();
  if (!j.outcome) {
    on_.on.notes.note("device: not in", j.outcome.error().to_string());
    in_.erase(room);
    return;
  }
  const auto& then = q.then.at(room);
  on_.room(room).check_join(*j.outcome, since, then.room);
  ++on_.numbers.reads;
  in_[room] = {true, j.outcome->off.value()};
  read_up_to_[room] = j.outcome->off.value();
  auto& cursor = on_.users[user_].rooms[room];
  check_cursor(room, j.read.value(), then.read);
  cursor.entered = true;
}

void device::check_cursor(const std::string& room, std::uint64_t read, std::uint64_t least) {
  auto& user = on_.users[user_];
  auto& cursor = user.rooms[room];
  if (read > cursor.sent_max)
    throw violation(user.name + " has read to " + std::to_string(read) + " of " + room + ", says nobody");
  if (user.leaves) return;
  if (read < least) {
    throw violation("the cursor of " + user.name + " in " + room + " goes back from " + std::to_string(least) + " to " +
                    std::to_string(read));
  }
  cursor.least = std::max(cursor.least, read);
}

void device::on_cursor_refused(const question& q, const error& why) {
  const auto& room = std::get<session::read>(q.what).room.str();
  if (is(why, actors::errc::room_not_found) && q.then.at(room).entered) {
    throw violation("lost: that " + on_.users[user_].name + " is in " + room);
  }
}

void device::publish_done(const session::publish& p, const session::published& done) {
  const auto& room = p.room.str();
  on_.on.notes.note("device: has said", p.cid);
  on_.room(room).acknowledged(p.text, done.off.value());
  ++on_.numbers.acknowledged;
  auto* s = find(p.cid);
  if (s == nullptr) return;
  --s->under_way;
  if (s->under_way > 0) return;
  // As a client does whose answer was lost.
  if (!on_.over && on_.on.chance.per_mille(150) && on_.on.clock.now() - s->since < patience) {
    s->perhaps = true;
    ++on_.numbers.repeated;
    return say_again_later(*s);
  }
  drop(p.cid);
}

void device::publish_refused(const session::publish& p, const error& why) {
  auto* s = find(p.cid);
  if (s == nullptr) return;
  --s->under_way;
  s->perhaps = s->perhaps || why.is(condition::unknown);
  if (is(why, actors::errc::bad_request) || is(why, actors::errc::room_not_found)) {
    throw violation(name_ + ": refused as wrong: " + why.to_string());
  }
  if (s->under_way > 0) return;
  const bool set_aside = why.code == make_error_code(errc::set_aside);
  if (set_aside || (!s->perhaps && on_.on.chance.per_mille(200))) return give_up(*s);
  say_again_later(*s);
}

void device::page_came(const question& q, const session::history_page& page) {
  const auto& asked = std::get<session::history>(q.what);
  const auto& room = asked.room.str();
  on_.room(room).check_page(page.page, asked.before, asked.after, q.then.at(room).room);
  ++on_.numbers.reads;
  if (on_.over || !page.page.more || page.page.messages.empty() || on_.on.chance.per_mille(300)) return;
  auto next = asked;
  next.id = next_id();
  if (asked.after) {
    next.after = page.page.messages.back()->off;
  } else {
    next.before = page.page.messages.front()->off;
  }
  ask(std::move(next));
}

}  // namespace lightstick::sim
