#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <set>

#include "actors/room/roster.hpp"
#include "tests/support/room_fixtures.hpp"

namespace lightstick::actors::room {
namespace {

enum class act { come, leave, drop, pass };

struct step {
  act what = act::come;
  int session = 0;
  int user = 0;
  int device = 0;
};

void showValue(const step& s, std::ostream& out) {
  out << static_cast<int>(s.what) << "(s" << s.session << " u" << s.user << " d" << s.device << ")";
}

/// The slow and obvious roster.
struct model {
  struct place {
    int user, device;
    int held_until = -1;  ///< -1: live
  };
  std::map<int, place> places;
  std::size_t capacity;

  bool come(const step& s) {
    if (auto at = places.find(s.session); at != places.end()) {
      at->second.held_until = -1;
      return true;
    }
    auto held = std::find_if(places.begin(), places.end(), [&](const auto& p) {
      return p.second.user == s.user && p.second.device == s.device && p.second.held_until >= 0;
    });
    if (held != places.end()) {
      places.erase(held);
    } else if (places.size() >= capacity) {
      return false;
    }
    places[s.session] = {s.user, s.device};
    return true;
  }
  void drop(int session, int until) {
    auto at = places.find(session);
    if (at == places.end() || at->second.held_until >= 0) return;
    for (const auto& [other, p] : places) {
      if (other != session && p.user == at->second.user && p.device == at->second.device && p.held_until < 0) {
        places.erase(at);
        return;
      }
    }
    at->second.held_until = until;
  }
  void pass(int now) {
    std::erase_if(places, [&](const auto& p) { return p.second.held_until >= 0 && p.second.held_until <= now; });
  }
  [[nodiscard]] std::set<int> users() const {
    std::set<int> out;
    for (const auto& [s, p] : places) out.insert(p.user);
    return out;
  }
  [[nodiscard]] std::size_t held() const {
    return static_cast<std::size_t>(
        std::count_if(places.begin(), places.end(), [](const auto& p) { return p.second.held_until >= 0; }));
  }
};

/// Zero-padded, so that users sort as numbers.
std::string name(int i) { return "u" + std::to_string(10 + i); }

RC_GTEST_PROP(roster_property, agrees_with_the_obvious_roster, ()) {
  auto script = *rc::gen::container<std::vector<step>>(rc::gen::build<step>(
      rc::gen::set(&step::what,
                   rc::gen::weightedElement<act>({{6, act::come}, {2, act::leave}, {3, act::drop}, {2, act::pass}})),
      rc::gen::set(&step::session, rc::gen::inRange(0, 12)), rc::gen::set(&step::user, rc::gen::inRange(0, 4)),
      rc::gen::set(&step::device, rc::gen::inRange(0, 2))));
  model m{{}, *rc::gen::inRange<std::size_t>(1, 8)};
  roster r{static_cast<std::uint32_t>(m.capacity)};
  int now = 0;
  auto time = [](int at) { return steady_time{std::chrono::seconds{at}}; };

  for (const auto& s : script) {
    // A session belongs to one user and device for its life.
    auto who = s;
    if (auto known = m.places.find(s.session); known != m.places.end()) {
      who.user = known->second.user;
      who.device = known->second.device;
    }
    auto before = m.users();
    auto count_before = m.places.size();
    std::set<std::string> gone;
    bool counted = false;
    switch (s.what) {
      case act::come: {
        auto j = come(name(who.user));
        j.session = session_id{std::to_string(who.session)};
        j.device = device_id{std::to_string(who.device)};
        auto admitted = r.admit(j);
        RC_ASSERT(admitted.has_value() == m.come(who));
        if (!admitted) break;
        RC_ASSERT(admitted->appeared.has_value() == !before.contains(who.user));
        counted = admitted->counted;
        break;
      }
      case act::leave: {
        auto d = r.leave(session_id{std::to_string(s.session)});
        m.places.erase(s.session);
        counted = d.counted;
        if (d.disappeared) gone.insert(d.disappeared->str());
        break;
      }
      case act::drop: {
        auto d = r.drop(session_id{std::to_string(s.session)}, time(now + 3));
        m.drop(s.session, now + 3);
        counted = d.counted;
        if (d.disappeared) gone.insert(d.disappeared->str());
        break;
      }
      case act::pass: {
        ++now;
        auto [who_left, changed] = r.expire(time(now));
        m.pass(now);
        counted = changed;
        for (const auto& u : who_left) gone.insert(u.str());
      }
    }
    std::set<std::string> expected_gone;
    for (int u : before) {
      if (!m.users().contains(u)) expected_gone.insert(name(u));
    }
    RC_ASSERT(gone == expected_gone);
    RC_ASSERT(counted == (count_before != m.places.size()));
    RC_ASSERT(r.count() == m.places.size());
    RC_ASSERT(r.users() == m.users().size());
    RC_ASSERT(r.held() == m.held());
    RC_ASSERT(r.next_expiry().has_value() == (m.held() > 0));
  }

  std::vector<std::string> paged;
  std::string after;
  do {
    auto p = r.list(after, 2);
    for (const auto& who : p.page) paged.push_back(who.user.str());
    after = p.next;
  } while (!after.empty());
  std::vector<std::string> all;
  for (int u : m.users()) all.push_back(name(u));
  RC_ASSERT(paged == all);
}

}  // namespace
}  // namespace lightstick::actors::room
