// What actors take on the heap, over a log that keeps nothing.
#include <atomic>

#include "actors/room/room_actor.hpp"
#include "actors/session/session_actor.hpp"
#include "tools/bench/canned_log.hpp"
#include "tools/bench/gauges.hpp"
#include "tools/bench/plan.hpp"
#include "tools/bench/scratch.hpp"
#include "tools/bench/stage.hpp"

namespace lightstick::tools::bench {
namespace {

namespace room = actors::room;
namespace session = actors::session;
namespace user = actors::user;

constexpr std::uint32_t messages_a_room = 10;
constexpr std::chrono::seconds room_idle{17};  ///< a room lets go of messages that nobody has asked for in 15 s

class nowhere final : public actors::fanout {
 public:
  void publish(std::shared_ptr<const actors::room_batch> /*batch*/) override {}
  void publish(std::shared_ptr<const actors::room_change> /*change*/) override {}
  void call_roll(const room_id& /*room*/) override {}
};

/// Counts welcomes.
class counting_port final : public session::client_port {
 public:
  void answer(session::request_id /*id*/, session::answer_body /*body*/) override { ++answered; }
  void refuse(session::request_id /*id*/, session::refusal /*r*/) override { ++refused; }
  void push(const user::cursor_moved& /*moved*/) override {}
  void push(const session::echoed& /*echo*/) override {}
  void close(session::close_code /*code*/, std::string_view /*reason*/) override {}
  std::atomic<std::uint64_t> answered{0};
  std::atomic<std::uint64_t> refused{0};
};

/// A room and a user that remember nobody, so that sessions are all that grows.
class forgetful final : public runtime::logic {
 public:
  void handle(runtime::message& m, runtime::reply& r, runtime::context& /*ctx*/) override {
    if (const auto* j = runtime::body_of<room::join>(m)) {
      (void)j;
      r.ok(room::joined{room_id{"main-stage"}, history_id{"h"}, offset{1}, false, false, {}, {}});
    } else if (runtime::body_of<user::attach>(m) != nullptr) {
      r.ok(user::profile{});
    } else if (const auto* e = runtime::body_of<user::enter_room>(m)) {
      r.ok(user::room_cursor{e->room, offset{1}});
    }
  }
};

/// The heap once nothing moves any more.
std::int64_t settled_heap() {
  auto before = heap_bytes();
  for (int tries = 0; tries < 50; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds{400});
    const auto now = heap_bytes();
    if (std::abs(now - before) < 4'096) return now;
    before = now;
  }
  return before;
}

figure each(std::string what, std::int64_t bytes, std::uint64_t count, std::optional<target> goal, std::string note) {
  return {std::move(what), static_cast<double>(bytes) / static_cast<double>(count), "B", goal, std::move(note)};
}

std::vector<std::string> names_of(const char* what, std::uint64_t count) {
  std::vector<std::string> names;
  for (std::uint64_t i = 0; i < count; ++i) names.push_back(numbered(what, i));
  return names;
}

/// Rooms that come, each with one member, and go.
class room_crowd {
 public:
  room_crowd() : log_(messages_a_room) {}
  result<void> start() {
    auto started = runtime::system::start({}, &log_, system_clock_source(), registry_);
    if (!started) return fail(std::move(started.error()));
    system_ = std::move(*started);
    room::register_kind(*system_, out_, history_id{"h"}, {});
    return {};
  }
  ~room_crowd() {
    if (system_) system_->stop(std::chrono::seconds{10});
  }
  room_crowd(const room_crowd&) = delete;
  room_crowd& operator=(const room_crowd&) = delete;

  result<void> come(const std::vector<std::string>& names) {
    std::atomic<std::uint64_t> answered{0};
    for (std::size_t i = 0; i < names.size(); ++i) {
      auto in = runtime::make_reply<room::joined>([&](const result<room::joined>& done) { answered += done ? 1 : 0; });
      (void)system_->tell({room::kind, names[i]}, runtime::make_message(fan_joins(i)), std::move(in));
    }
    if (!wait_for([&] { return answered == names.size(); })) return fail(errc::unavailable, "rooms did not answer");
    return {};
  }
  result<void> go(const std::vector<std::string>& names) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      room::leave l{session_id{numbered("sess", i)}, false};
      (void)system_->tell({room::kind, names[i]}, runtime::make_message(std::move(l)));
    }
    if (!passivate_rooms(*system_, names)) return fail(errc::unavailable, "rooms did not go");
    return {};
  }

 private:
  metrics registry_;
  nowhere out_;
  canned_log log_;
  std::unique_ptr<runtime::system> system_;
};

outcome rooms(const plan& p) {
  const auto first = names_of("room", p.scaled(100'000));
  const auto second = names_of("hall", p.scaled(100'000));
  room_crowd crowd;
  if (auto ok = crowd.start(); !ok) return fail(std::move(ok.error()));
  p.tell("memory of " + std::to_string(first.size()) + " rooms");
  const auto empty = settled_heap();
  if (auto ok = crowd.come(first); !ok) return fail(std::move(ok.error()));
  const auto used = settled_heap();
  p.tell("waiting until the rooms are idle");
  std::this_thread::sleep_for(room_idle);
  const auto full = settled_heap();
  p.tell("memory of rooms that went");
  if (auto ok = crowd.go(first); !ok) return fail(std::move(ok.error()));
  std::this_thread::sleep_for(room_idle);  // a timer that was set keeps a little until its time
  const auto gone = settled_heap();
  if (auto ok = crowd.come(second); !ok) return fail(std::move(ok.error()));
  if (auto ok = crowd.go(second); !ok) return fail(std::move(ok.error()));
  std::this_thread::sleep_for(room_idle);
  const auto gone_again = settled_heap();
  const auto count = first.size();
  return std::vector<figure>{
      each("room in use, 1 member, 10 messages", used - empty, count, {}, "within 15 s after a join or a message"),
      each("idle room, 1 member, 10 messages", full - empty, count, at_most(3'072),
           "of heap, without the store's part"),
      each("passivated room", gone_again - gone, count, at_most(1),
           "what another such crowd leaves behind, 15 s later"),
  };
}

outcome sessions(const plan& p) {
  const auto count = p.scaled(100'000);
  p.tell("memory of " + std::to_string(count) + " sessions");
  metrics registry;
  auto started = runtime::system::start({}, nullptr, system_clock_source(), registry);
  if (!started) return fail(std::move(started.error()));
  auto& system = **started;
  for (const auto* kind : {room::kind, user::kind}) {
    runtime::kind_options o;
    o.name = kind;
    o.mailbox_max = 1'000'000;
    system.register_kind(std::move(o));
  }
  session::register_kind(system, {});
  (void)system.spawn({room::kind, "main-stage"}, std::make_unique<forgetful>());
  (void)system.spawn({user::kind, "user-0000001"}, std::make_unique<forgetful>());
  auto port = std::make_shared<counting_port>();
  const auto empty = settled_heap();
  for (std::uint64_t i = 0; i < count; ++i) {
    const session_id id{numbered("sess", i)};
    session::identity who{user_id{"user-0000001"}, device_id{"phone"}, "Fan 1", actors::role::fan, {}, 0};
    if (auto made = session::start(system, id, std::move(who), port, {}); !made) return fail(std::move(made.error()));
    session::begin b{1, {{room_id{"main-stage"}, std::nullopt}}};
    (void)system.tell({session::kind, id.str()}, runtime::make_message(std::move(b)));
  }
  const bool in = wait_for([&] { return port->answered + port->refused == count; }) && port->refused == 0;
  const auto full = settled_heap();
  system.stop(std::chrono::seconds{10});
  if (!in) return fail(errc::unavailable, "sessions were not let in");
  return std::vector<figure>{
      each("session in one room", full - empty, count, at_most(2'048), "of heap, without its socket")};
}

}  // namespace

outcome measure_footprint(const plan& p) {
  auto all = rooms(p);
  if (!all) return all;
  auto more = sessions(p);
  if (!more) return more;
  std::ranges::move(*more, std::back_inserter(*all));
  return all;
}

}  // namespace lightstick::tools::bench
