#include "tests/sim/rooms/gate.hpp"

#include <utility>

#include "tests/sim/run.hpp"

namespace lightstick::sim {

namespace session = actors::session;

namespace {

constexpr auto process = scheduler::side::process;
constexpr std::chrono::milliseconds goodbye_again{500};
/// A request makes its session ask room and user, one after the other, and may have to wait for a roll that does the same.
constexpr int asks_in_a_row = 4;
constexpr std::chrono::milliseconds late_max{200};

}  // namespace

/// The session's way to its connection; after that has gone it does nothing.
class gate::port final : public session::client_port {
 public:
  port(std::weak_ptr<gate*> of, std::uint64_t number) : of_(std::move(of)), number_(number) {}

  void answer(session::request_id id, session::answer_body body) override { send(answered{id, std::move(body)}); }
  void refuse(session::request_id id, session::refusal r) override { send(refused{id, std::move(r.why)}); }
  void push(const actors::user::cursor_moved& m) override { send(moved{m.cursor}); }
  void push(const session::echoed& /*echo*/) override {}
  void close(session::close_code /*code*/, std::string_view reason) override { send(closed{std::string(reason)}); }

 private:
  void send(heard what) {
    if (auto there = of_.lock()) (*there)->from_session(number_, std::move(what));
  }
  std::weak_ptr<gate*> of_;
  std::uint64_t number_;
};

gate::~gate() {
  // The process died: every client finds its connection gone.
  for (auto& [number, c] : open_) c.ear->hear(number, closed{"the node is gone"});
}

result<std::uint64_t> gate::connect(session::identity who, client_ear& ear, const std::string& name) {
  const auto number = ++numbers_;
  auto to_here = std::make_shared<port>(self_, number);
  auto started = session::start(*actors_, session_id{name}, std::move(who), std::move(to_here), rules_.sessions);
  if (!started) return fail(std::move(started.error()));
  auto& c = open_[number];
  c.number = number;
  c.session = {session::kind, name};
  c.ear = &ear;
  return number;
}

void gate::ask(std::uint64_t number, request what) {
  auto at = open_.find(number);
  if (at == open_.end()) return;
  auto& c = at->second;
  std::set<std::string> joins;
  if (const auto* b = std::get_if<session::begin>(&what)) {
    for (const auto& entry : b->resume) joins.insert(entry.room.str());
  } else if (const auto* j = std::get_if<session::join>(&what)) {
    joins.insert(j->room.str());
  }
  for (const auto& room : joins) c.rooms.try_emplace(room);
  const auto id = std::visit([](const auto& r) { return r.id; }, what);
  c.unanswered.emplace(id, connection::open_request{joins, on_.clock.now()});
  auto told = std::visit([&](auto& r) { return actors_->tell(c.session, runtime::make_message(std::move(r))); }, what);
  if (told) return;
  on_.notes.note("gate: the session does not take it", told.error().to_string());
  from_session(number, refused{id, told.error()});
  if (told.error().is(condition::not_found)) from_session(number, closed{"the session has ended"});
}

void gate::disconnect(std::uint64_t number) {
  auto at = open_.find(number);
  if (at == open_.end()) return;
  auto session = at->second.session;
  open_.erase(at);
  say_goodbye(session);
}

void gate::end(std::uint64_t number, std::string why) {
  auto at = open_.find(number);
  if (at == open_.end()) return;
  on_.notes.note("gate: closes", why);
  at->second.ear->hear(number, closed{std::move(why)});
  disconnect(number);
}

void gate::say_goodbye(const actor_id& session) {
  auto told = actors_->tell(session, runtime::make_message(session::disconnected{}));
  if (told || !told.error().is(condition::overloaded)) return;
  on_.loop.after(process, goodbye_again, "gate: goodbye again", [this, session] { say_goodbye(session); });
}

void gate::check() const {
  if (!found_.empty()) throw violation(found_);
}

std::string gate::unanswered() const {
  for (const auto& [number, c] : open_) {
    if (c.unanswered.empty()) continue;
    return "request " + std::to_string(c.unanswered.begin()->first) + " of " + c.session.to_string() + " has no answer";
  }
  return {};
}

// ---- from sessions ----

void gate::from_session(std::uint64_t number, heard what) {
  auto at = open_.find(number);
  if (at == open_.end()) return;
  at->second.from_session.push_back(std::move(what));
  on_.loop.post(process, "gate: session", [this, number] { pass_on(number); });
}

void gate::pass_on(std::uint64_t number) {
  auto at = open_.find(number);
  if (at == open_.end()) return;
  auto& c = at->second;
  auto what = std::move(c.from_session.front());
  c.from_session.pop_front();
  if (auto* done = std::get_if<closed>(&what)) return end(number, std::move(done->why));
  if (auto* a = std::get_if<answered>(&what)) {
    const auto joins = answer_to(c, a->id).joins;
    settle(c, *a);
    c.ear->hear(number, std::move(what));
    // What was held for a join comes after its answer.
    for (const auto& room : joins) {
      auto s = c.rooms.find(room);
      if (s == c.rooms.end() || !s->second.live) continue;
      for (const auto& batch : std::exchange(s->second.held, {})) {
        if (!give(c, s->second, *batch)) return;
      }
    }
    return;
  }
  if (auto* r = std::get_if<refused>(&what)) {
    for (const auto& room : answer_to(c, r->id).joins) c.rooms.erase(room);
  }
  c.ear->hear(number, std::move(what));
}

gate::connection::open_request gate::answer_to(connection& c, session::request_id id) {
  auto asked = c.unanswered.find(id);
  if (asked == c.unanswered.end()) throw violation("request " + std::to_string(id) + " was answered twice");
  auto out = std::move(asked->second);
  c.unanswered.erase(asked);
  const auto took = on_.clock.now() - out.since;
  if (took > rules_.sessions.ask_limit * asks_in_a_row + late_max) {
    throw violation("request " + std::to_string(id) + " of " + c.session.to_string() + " was answered after " +
                    std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(took).count()) + " ms");
  }
  return out;
}

void gate::settle(connection& c, answered& a) {
  auto one = [&](const session::join_result& j) {
    if (j.outcome) return joined(c, j.room.str(), j.outcome->off.value());
    c.rooms.erase(j.room.str());
  };
  if (const auto* w = std::get_if<session::welcome>(&a.body)) {
    for (const auto& j : w->rooms) one(j);
  } else if (const auto* j = std::get_if<session::join_result>(&a.body)) {
    one(*j);
  } else if (const auto* l = std::get_if<session::left>(&a.body)) {
    c.rooms.erase(l->room.str());
  }
}

void gate::joined(connection& c, const std::string& room, std::uint64_t at) {
  auto s = c.rooms.find(room);
  if (s == c.rooms.end()) throw violation("a join of " + room + " was answered that nobody waits for");
  s->second.live = true;
  s->second.floor = at;
}

// ---- from rooms ----

/// Called within an actor, whose exceptions are its own end: what is found is kept for `check`.
void gate::publish(std::shared_ptr<const actors::room_batch> batch) {
  const auto room = "room/" + batch->room.str();
  if (batch->messages.empty()) return found("an empty batch of " + room);
  const auto first = batch->messages.front()->off.value();
  auto& last = published_.try_emplace(batch->room.str(), first - 1).first->second;
  if (first > last + 1 && !rules_.gaps) {
    found(room + " pushes " + std::to_string(first) + " after " + std::to_string(last));
  }
  for (std::size_t n = 1; n < batch->messages.size(); ++n) {
    if (batch->messages[n]->off != batch->messages[n - 1]->off.next()) found(room + " pushes a batch with a gap");
  }
  last = std::max(last, batch->messages.back()->off.value());
  auto name = batch->room;
  news_.push_back({std::move(batch), std::move(name)});
  on_.loop.post(process, "gate: push", [this] { bring_news(); });
}

void gate::call_roll(const room_id& room) {
  news_.push_back({nullptr, room});
  on_.loop.post(process, "gate: roll", [this] { bring_news(); });
}

void gate::bring_news() {
  auto what = std::move(news_.front());
  news_.pop_front();
  std::vector<std::uint64_t> who;
  for (const auto& [number, c] : open_) {
    if (c.rooms.contains(what.room.str())) who.push_back(number);
  }
  for (auto number : who) {
    auto& c = open_.at(number);
    if (!what.batch) {
      (void)actors_->tell(c.session, runtime::make_message(session::roll_call{what.room}));
      continue;
    }
    auto& s = c.rooms.at(what.room.str());
    if (s.live) {
      (void)give(c, s, *what.batch);
    } else {
      s.held.push_back(what.batch);
    }
  }
}

bool gate::give(connection& c, subscription& s, const actors::room_batch& batch) {
  if (batch.messages.back()->off.value() <= s.floor) return true;
  if (batch.messages.front()->off.value() > s.floor + 1) {
    if (!rules_.gaps) {
      throw violation("a listener of room/" + batch.room.str() + " that knows " + std::to_string(s.floor) + " hears " +
                      std::to_string(batch.messages.front()->off.value()));
    }
    end(c.number, "messages were missed");
    return false;
  }
  pushed out{batch.room.str(), {}};
  for (const auto& m : batch.messages) {
    if (m->off.value() > s.floor) out.messages.push_back(m);
  }
  s.floor = batch.messages.back()->off.value();
  c.ear->hear(c.number, std::move(out));
  return true;
}

}  // namespace lightstick::sim
