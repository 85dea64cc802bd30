#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "tests/support/session_driver.hpp"

namespace lightstick::actors::session {
namespace {

enum class act { join, leave, hear, restart, call, busy, pass };
/// What becomes of an ask: done; done, but the answer is lost; lost on the way; not taken; turned away by the room.
enum class fate { done, answer_lost, lost, overloaded, full };

struct step {
  act what = act::join;
  int room = 0;
  std::size_t which = 0;  ///< of the asks that wait for an answer
  fate next = fate::done;
};

void showValue(const step& s, std::ostream& out) {
  out << static_cast<int>(s.what) << "(r" << s.room << " #" << s.which << " f" << static_cast<int>(s.next) << ")";
}

rc::Gen<std::vector<step>> scripts() {
  return rc::gen::container<std::vector<step>>(rc::gen::build<step>(
      rc::gen::set(&step::what, rc::gen::weightedElement<act>({{5, act::join},
                                                               {5, act::leave},
                                                               {12, act::hear},
                                                               {1, act::restart},
                                                               {1, act::call},
                                                               {1, act::busy},
                                                               {2, act::pass}})),
      rc::gen::set(&step::room, rc::gen::inRange(0, 3)),
      rc::gen::set(&step::which, rc::gen::inRange<std::size_t>(0, 6)),
      rc::gen::set(
          &step::next,
          rc::gen::weightedElement<fate>(
              {{6, fate::done}, {1, fate::answer_lost}, {1, fate::lost}, {1, fate::overloaded}, {2, fate::full}}))));
}

room_id room_of(int i) { return room_id{"r" + std::to_string(i)}; }

/// Plays the rooms and the user of one session, which answer in any order.
class world {
 public:
  world() : d(unlimited()) {}

  void begin(const std::vector<int>& rooms) {
    session::begin b{next_id_++, {}};
    for (auto r : rooms) b.resume.push_back({room_of(r), std::nullopt});
    sent_.push_back(b.id);
    d.send(std::move(b));
    carry(fate::done);
  }

  void play(const step& s) {
    auto name = room_of(s.room).str();
    switch (s.what) {
      case act::join:
        sent_.push_back(next_id_);
        d.send(join{next_id_++, room_of(s.room), std::nullopt, 0});
        break;
      case act::leave:
        sent_.push_back(next_id_);
        d.send(leave{next_id_++, room_of(s.room)});
        break;
      case act::hear: answer(s.which); break;
      case act::restart: in_[name] = false; [[fallthrough]];
      case act::call: d.send(roll_call{room_of(s.room)}); break;
      case act::busy:
        d.ctx.tell_errors.contains("room/" + name) ? void(d.ctx.tell_errors.erase("room/" + name))
                                                   : void(d.ctx.tell_errors.emplace("room/" + name, too_busy()));
        break;
      case act::pass: d.ctx.advance(std::chrono::seconds{2}); break;
    }
    carry(s.next);
  }

  /// From now on all goes well, until nothing is under way.
  void calm_down() {
    d.ctx.tell_errors.clear();
    for (int i = 0; i < 4; ++i) {
      while (!asks_.empty()) {
        answer(0);
        carry(fate::done);
      }
      d.ctx.advance(std::chrono::seconds{2});
      carry(fate::done);
    }
  }

  void check() {
    std::map<request_id, int> times;
    std::map<std::string, bool> should;
    auto entered = [&](const join_result& r) { should[r.room.str()] = r.outcome.has_value(); };
    for (const auto& [id, body] : d.port->answers) {
      ++times[id];
      if (const auto* w = std::get_if<welcome>(&body)) std::ranges::for_each(w->rooms, entered);
      if (const auto* j = std::get_if<join_result>(&body)) entered(*j);
      if (const auto* l = std::get_if<left>(&body)) should[l->room.str()] = false;
    }
    for (const auto& [id, why] : d.port->refusals) ++times[id];
    for (auto id : sent_) RC_ASSERT(times[id] == 1);
    RC_ASSERT(times.size() == sent_.size());
    if (closed()) return;
    for (int i = 0; i < 3; ++i) {
      auto name = room_of(i).str();
      RC_ASSERT(in_[name] == should[name]);
      d.send(publish{next_id_++, room_of(i), "", "hi", std::nullopt, std::nullopt, {}});
      RC_ASSERT((d.ctx.next_ask<room::publish>() != nullptr) == should[name]);
      d.ctx.asks.clear();
    }
  }

  [[nodiscard]] bool closed() const { return !d.port->closed.empty(); }

 private:
  struct waiting {
    testing::fake_context::asked ask;
    fate what;
  };

  static options unlimited() {
    options o;
    o.request_rate = o.publish_rate[0] = {};
    return o;
  }
  static error too_busy() { return failure(lightstick::errc::overloaded); }

  /// Brings what the session has just said to the rooms, in its order: a step tells a room before it asks it.
  void carry(fate next) {
    for (; told_ < d.ctx.tells.size(); ++told_) {
      if (runtime::body_of<room::leave>(*d.ctx.tells[told_].body) != nullptr) in_[d.ctx.tells[told_].to.key] = false;
    }
    while (!d.ctx.asks.empty()) {
      auto ask = std::move(d.ctx.asks.front());
      d.ctx.asks.pop_front();
      auto what = next;
      if (runtime::body_of<room::join>(*ask.body) != nullptr) {
        bool& in = in_[ask.to.key];
        if (what == fate::full && in) what = fate::done;
        if (what == fate::done || what == fate::answer_lost) in = true;
      }
      asks_.push_back({std::move(ask), what});
    }
  }

  void answer(std::size_t which) {
    if (asks_.empty()) return;
    auto at = asks_.begin() + static_cast<std::ptrdiff_t>(which % asks_.size());
    auto w = std::move(*at);
    asks_.erase(at);
    if (w.what == fate::done) return w.ask.done(good(w.ask), d.ctx);
    if (w.what == fate::overloaded) return w.ask.done(fail(too_busy()), d.ctx);
    if (w.what == fate::full) return w.ask.done(fail(error{make_error_code(errc::room_full), ""}), d.ctx);
    w.ask.done(fail(failure(lightstick::errc::timed_out)), d.ctx);
  }

  static runtime::message_ptr good(testing::fake_context::asked& a) {
    if (runtime::body_of<room::join>(*a.body) != nullptr) return runtime::make_message(room::joined{});
    if (runtime::body_of<user::attach>(*a.body) != nullptr) return runtime::make_message(user::profile{});
    return runtime::make_message(user::room_cursor{});
  }

  session_driver d;
  request_id next_id_ = 1;
  std::vector<request_id> sent_;
  std::vector<waiting> asks_;
  std::map<std::string, bool> in_;  ///< whether the room has the session in its roster
  std::size_t told_ = 0;
};

RC_GTEST_PROP(session_rooms_property, ends_where_the_last_answer_says, ()) {
  world w;
  w.begin(*rc::gen::container<std::vector<int>>(*rc::gen::inRange<std::size_t>(0, 5), rc::gen::inRange(0, 3)));
  for (const auto& s : *scripts()) {
    w.play(s);
    if (w.closed()) break;
  }
  w.calm_down();
  w.check();
}

}  // namespace
}  // namespace lightstick::actors::session
