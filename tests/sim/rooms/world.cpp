#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "actors/room/room_codec.hpp"
#include "tests/sim/play_out.hpp"
#include "tests/sim/rooms/cheerer.hpp"
#include "tests/sim/rooms/device.hpp"
#include "tests/sim/rooms/eraser.hpp"
#include "tests/sim/rooms/moderator.hpp"
#include "tests/sim/rooms/ringer.hpp"

namespace lightstick::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr auto process = scheduler::side::process;
constexpr auto outside = scheduler::side::outside;

/// What failed comes again every five seconds; a full node has places when idle actors have gone.
constexpr seconds bells_wait{45};
constexpr std::size_t text_bytes_least = 100;  ///< names of rooms, users and commands in it
constexpr seconds calm_max{120};  ///< within this everybody has an answer when all is well

class world {
 public:
  explicit world(const run_options& o)
      : options_(o),
        on_(o.seed, o.notes),
        with_(on_.chance),
        stage_{on_, with_, numbers_, {}, {}},
        frailty_{on_.chance, on_.notes} {
    for (std::size_t n = 0; n < with_.rooms; ++n) {
      stage_.rooms.emplace_back("r" + std::to_string(n), on_.clock, with_.keep,
                                std::max(with_.text_bytes, text_bytes_least));
    }
    for (std::size_t n = 0; n < with_.users; ++n) {
      stage_.users.push_back({"u" + std::to_string(n), on_.chance.per_mille(500), {}});
    }
    for (std::size_t n = 0; n < with_.devices; ++n) devices_.emplace_back(stage_, n % with_.users, n);
    for (std::size_t n = 0; n < with_.bells; ++n) ringers_.emplace_back(stage_, n);
    for (std::size_t n = 0; n < with_.cheerers; ++n) cheerers_.emplace_back(stage_, n % with_.users, n);
    if (with_.erasures) eraser_.emplace(stage_);
    if (with_.moderated) moderator_.emplace(stage_);
    frailty_.before = with_.throws_before;
    frailty_.after = with_.throws_after;
    frailty_.elsewhere = with_.throws_elsewhere;
    frailty_.poison = [](const runtime::message& m) {
      const auto* p = runtime::body_of<actors::room::publish>(m);
      return p != nullptr && is_poison(p->text);
    };
    frailty_.poisonous = [](const runtime::reminder& r) { return is_poison(r.name); };
  }
  ~world() { end_process(); }
  world(const world&) = delete;
  world& operator=(const world&) = delete;

  void play() {
    on_.file.set_faults(with_.faults);
    start();
    for (auto& d : devices_) d.begin();
    for (auto& r : ringers_) r.begin();
    for (auto& c : cheerers_) c.begin();
    if (eraser_) eraser_->begin();
    if (moderator_) moderator_->begin();
    fate_later();
    while (on_.loop.steps() < options_.steps * steps_a_step) step();
    calm_down();
    look_at_everything();
  }

  [[nodiscard]] run_outcome outcome() const {
    auto out = numbers_;
    out.trace = on_.notes.hash();
    out.steps = on_.loop.steps();
    out.asked = stage_.asked.ended();
    out.disk = on_.file.counts();
    return out;
  }

 private:
  /// A step of an actor does less than one of the storage.
  static constexpr std::uint64_t steps_a_step = 2;

  void step();
  void start();
  void ask_later();
  void end_process();
  void crash(disk::crash how);
  void stop();
  void finish_stop();

  void fate_later();
  void fate();
  void set_for_a_while(void (disk::*set)(bool));
  void touch_an_actor();

  void calm_down();
  void run_until(const std::function<bool()>& done, const std::string& what);
  void wait(nanoseconds how_long);
  void wait_until_idle();
  void listen_to_the_bells();
  void look_at_everything();
  void look_at(room_model& room);
  [[nodiscard]] std::vector<actor_id> alive() const;

  run_options options_;
  machine on_;
  room_troubles with_;
  run_outcome numbers_;
  stage stage_;
  frailty frailty_;
  std::unique_ptr<node> node_;
  std::optional<steady_time> stops_until_;
  std::deque<device> devices_;
  std::deque<ringer> ringers_;
  std::deque<cheerer> cheerers_;
  std::optional<eraser> eraser_;
  std::optional<moderator> moderator_;
};

// ---- life of the process ----

void world::step() {
  if (!on_.loop.step()) throw violation("nothing is left to happen");
  if (node_) node_->check();
  stage_.asked.check();
  if (on_.file.dead()) return crash(on_.chance.per_mille(500) ? disk::crash::power : disk::crash::process);
  if (stops_until_ && (node_->actors().count("") == 0 || on_.clock.now() >= *stops_until_)) finish_stop();
}

void world::start() {
  auto started = node::start(on_, with_, options_.broken, frailty_);
  if (!started) {
    on_.notes.note("process: cannot start", started.error().to_string());
    if (started.error().is(condition::corrupt)) throw violation(started.error().to_string());
    on_.loop.forget_process();
    if (on_.file.dead()) on_.file.restart(disk::crash::power);
    on_.loop.after(outside, on_.chance.between(nanoseconds{0}, milliseconds{100}), "process: start",
                   [this] { start(); });
    return;
  }
  on_.notes.note("process: started");
  node_ = std::move(*started);
  stage_.up = node_.get();
  if (with_.askers > 0) ask_later();
}

/// Askers that are not there, or not any more, are made.
void world::ask_later() {
  on_.loop.after(process, on_.chance.between(milliseconds{1}, milliseconds{60}), "asker: acts", [this] {
    if (stage_.over) return;
    const auto name = "a" + std::to_string(on_.chance.below(with_.askers));
    auto told = node_->actors().tell({asker::kind, name}, runtime::make_message(asker::act{}));
    if (!told && told.error().is(condition::not_found)) {
      (void)asker::start(node_->actors(), name, stage_.asked, {with_.rooms, with_.bells});
    }
    ask_later();
  });
}

void world::end_process() {
  stage_.up = nullptr;
  stops_until_.reset();
  if (node_) numbers_.reads += node_->compared;
  node_.reset();
  on_.loop.forget_process();
  for (auto& r : ringers_) r.node_gone();
  for (auto& c : cheerers_) c.node_gone();
  if (eraser_) eraser_->node_gone();
  if (moderator_) moderator_->node_gone();
}

void world::crash(disk::crash how) {
  if (!on_.file.dead()) on_.file.crash_now();
  ++numbers_.crashes;
  const bool was_up = node_ != nullptr;
  end_process();
  on_.file.restart(how);
  if (was_up) start();  // else a start is under way
}

void world::stop() {
  if (!node_ || stops_until_) return;
  on_.notes.note("process: stops");
  node_->actors().drain();
  stops_until_ = on_.clock.now() + seconds{5};
}

/// A clean end, which commits what waits, and another start.
void world::finish_stop() {
  on_.notes.note("process: stopped");
  end_process();
  on_.file.restart(disk::crash::process);
  start();
}

// ---- fate ----

void world::fate_later() {
  on_.loop.after(outside, on_.chance.between(milliseconds{1}, with_.pause_max), "fate", [this] {
    if (stage_.over) return;
    fate();
    fate_later();
  });
}

void world::set_for_a_while(void (disk::*set)(bool)) {
  (on_.file.*set)(true);
  on_.loop.after(outside, on_.chance.between(milliseconds{1}, milliseconds{1500}), "fate: over",
                 [this, set] { (on_.file.*set)(false); });
}

void world::fate() {
  switch (on_.chance.below(10)) {
    case 0:
      if (with_.kills) crash(disk::crash::process);
      return;
    case 1:
      if (with_.power_cuts) crash(disk::crash::power);
      return;
    case 2:
      if (with_.kills || with_.power_cuts) on_.file.crash_in(static_cast<std::uint32_t>(on_.chance.below(12)));
      return;
    case 3:
      if (with_.stops) return stop();
      if (node_) node_->end_quarantines();
      return;
    case 4:
      if (with_.full) set_for_a_while(&disk::set_full);
      return;
    case 5:
      if (with_.broken) set_for_a_while(&disk::set_broken);
      return;
    case 6:
      if (node_ && node_->compact()) ++numbers_.compactions;
      return;
    default: return touch_an_actor();
  }
}

std::vector<actor_id> world::alive() const {
  std::vector<actor_id> out;
  for (const auto& [id, logic] : frailty_.alive) {
    if (id.kind != actors::session::kind) out.push_back(id);
  }
  return out;
}

void world::touch_an_actor() {
  const auto all = alive();
  if (!node_ || all.empty()) return;
  const auto& id = all.at(on_.chance.below(all.size()));
  on_.notes.note("operator: turns to", id.to_string());
  if (with_.passivations && on_.chance.per_mille(500)) {
    node_->actors().passivate(id, [](const result<void>& /*done*/) {});
  } else if (with_.restarts && on_.chance.per_mille(300)) {
    node_->actors().restart(id, [](const result<void>& /*done*/) {});
  } else {
    node_->compare_with_disk(id);
  }
}

// ---- the end ----

void world::run_until(const std::function<bool()>& done, const std::string& what) {
  const auto deadline = on_.clock.now() + calm_max;
  while (!done()) {
    step();
    if (on_.clock.now() <= deadline) continue;
    std::string who;
    for (const auto& d : devices_) {
      if (!d.content()) who = ": " + d.describe();
    }
    throw violation(what + who);
  }
}

void world::wait(nanoseconds how_long) {
  const auto until = on_.clock.now() + how_long;
  run_until([&] { return on_.clock.now() > until; }, "time stands still");
}

/// Everything works from here on: whoever waits gets an answer, and what is due happens.
void world::calm_down() {
  stage_.over = true;
  on_.notes.note("fate: all is well");
  on_.file.set_faults({});
  on_.file.set_full(false);
  on_.file.set_broken(false);
  frailty_.before = frailty_.after = frailty_.elsewhere = 0;
  if (node_) node_->end_quarantines();
  auto all_content = [this] {
    return node_ && !stops_until_ && std::ranges::all_of(devices_, &device::content) &&
           std::ranges::all_of(ringers_, &ringer::content) && std::ranges::all_of(cheerers_, &cheerer::content) &&
           (!eraser_ || eraser_->content()) && (!moderator_ || moderator_->content());
  };
  run_until(all_content, "somebody has no answer though all has been well for two minutes");
  wait(seconds{1});
  wait_until_idle();
  for (const auto& id : alive()) node_->compare_with_disk(id);
  wait(milliseconds{500});
  for (auto& d : devices_) d.go_home();
  run_until([&] { return node_->actors().count(actors::session::kind) == 0; }, "a session outlives its connection");
  listen_to_the_bells();
  wait_until_idle();
  for (const auto& id : alive()) node_->compare_with_disk(id);
  wait(milliseconds{500});
}

void world::wait_until_idle() {
  std::string busy;
  auto idle = [&] {
    busy = node_->busy();
    return busy.empty();
  };
  const auto deadline = on_.clock.now() + seconds{30};
  while (!idle()) {
    step();
    if (on_.clock.now() > deadline) throw violation(busy + " though all is well");
  }
}

void world::listen_to_the_bells() {
  if (ringers_.empty()) return;
  std::int64_t last = 0;
  for (const auto& r : ringers_) last = std::max(last, r.last_due().value);
  const auto until = last + milliseconds{bells_wait}.count();
  while (on_.clock.wall().value < until) {
    wait(seconds{1});
    node_->end_quarantines();
  }
  for (auto& r : ringers_) {
    auto next = on_.clock.now();
    auto heard = [&] {
      if (r.content() && !r.heard_the_end() && on_.clock.now() >= next) {
        next = on_.clock.now() + milliseconds{200};
        node_->end_quarantines();
        r.listen(true);
      }
      return r.heard_the_end();
    };
    run_until(heard, "a bell does not answer though all is well");
  }
}

std::uint64_t number_in(const runtime::logic& of, std::string_view what) {
  for (const auto& [name, value] : of.inspect()) {
    if (name == what) return std::stoull(value);
  }
  throw violation("a room does not say its " + std::string(what));
}

void world::look_at(room_model& room) {
  const storage::log_id log{partition_of({actors::room::kind, room.name()}),
                            actor_id{actors::room::kind, room.name()}.to_string()};
  std::vector<actors::chat_message_ptr> history;
  for (bool more = true; more;) {
    storage::row_query q;
    q.rows_max = 100;
    if (!history.empty()) q.after = runtime::big_endian_key(history.back()->off.value());
    auto page = node_->store().read_rows(log, q);
    if (!page) throw violation(page.error().to_string());
    for (const auto& row : page->rows) {
      auto m = actors::room::decode_message({row.key, row.value});
      if (!m) throw violation(m.error().to_string());
      history.push_back(std::move(*m));
    }
    more = page->more;
  }
  auto fresh = node_->read_back({actors::room::kind, room.name()});
  const auto first = fresh ? number_in(*fresh, "history_floor") : 1;
  // What a moderator withdrew is not shown, but it may be stored until the room has time.
  const bool swept = !fresh || number_in(*fresh, "withdrawals_under_way") == 0;
  room.check_all(history, first, swept);
  numbers_.trimmed += first - 1;
  const auto last = first - 1 + history.size();
  if (fresh && number_in(*fresh, "last_offset") != last) {
    throw violation("room/" + room.name() + " says its last offset is " +
                    std::to_string(number_in(*fresh, "last_offset")) + ", its history has " + std::to_string(last));
  }
  cheerer::share share;
  for (const auto& c : cheerers_) {
    share.least += c.of(room.name()).least;
    share.most += c.of(room.name()).most;
  }
  const auto reacted = fresh ? number_in(*fresh, "reactions") : 0;
  if (reacted < share.least || reacted > share.most) {
    throw violation("room/" + room.name() + " has counted " + std::to_string(reacted) + " cheers, of at least " +
                    std::to_string(share.least) + " and at most " + std::to_string(share.most));
  }
  if (fresh && with_.keep.bytes > 0 &&
      number_in(*fresh, "history_bytes") > with_.keep.bytes + actors::room::chapters::bytes_max) {
    throw violation("room/" + room.name() + " keeps more of its history than it may");
  }
  on_.notes.note("end: room", history.size());
}

void world::look_at_everything() {
  crash(disk::crash::power);
  if (!node_) throw violation("the process does not start though all is well");
  for (auto& room : stage_.rooms) look_at(room);
  for (auto& r : ringers_) {
    auto log = node_->store().read_log({partition_of(r.bell()), r.bell().to_string()});
    if (!log) throw violation(log.error().to_string());
    if (!log->reminders.empty()) {
      throw violation(r.bell().to_string() + " still waits for '" + log->reminders.front().name + "'");
    }
  }
}

}  // namespace

run_outcome run_rooms_world(const run_options& o) { return play_out<world>(o); }

}  // namespace lightstick::sim
