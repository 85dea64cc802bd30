#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <utility>

#include "tests/sim/machine.hpp"
#include "tests/sim/play_out.hpp"
#include "tests/sim/storage/due_list.hpp"
#include "tests/sim/storage/log_model.hpp"
#include "tests/sim/storage/start.hpp"
#include "tests/sim/storage/troubles.hpp"
#include "tests/sim/storage/writer.hpp"

namespace lightstick::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr auto process = scheduler::side::process;
constexpr auto outside = scheduler::side::outside;

/// A client that sends a command until it has an answer, or gave up.
struct client {
  std::size_t id = 0;
  std::size_t log = 0;
  std::uint64_t command = 0;  ///< which one it is at
  std::vector<std::string> cids;
  steady_time first_sent;
  std::optional<scheduler::alarm> patience;
  bool busy = false;
};

class world {
 public:
  explicit world(const run_options& o) : options_(o), on_(o.seed, o.notes), with_(on_.chance), clients_(with_.clients) {
    for (std::size_t n = 0; n < with_.logs; ++n) {
      logs_.push_back({partition{static_cast<std::uint16_t>(n % 2)}, "log/" + std::to_string(n)});
      models_.emplace_back(logs_.back().name);
    }
    for (std::size_t n = 0; n < clients_.size(); ++n) {
      clients_[n].id = n;
      clients_[n].log = on_.chance.below(logs_.size());
    }
  }
  ~world() { end_process(); }
  world(const world&) = delete;
  world& operator=(const world&) = delete;

  void play() {
    on_.file.set_faults(with_.faults);
    start();
    for (auto& c : clients_) think(c);
    fate_later();
    while (on_.loop.steps() < options_.steps) step();
    calm_down();
    look_at_everything();
  }

  [[nodiscard]] run_outcome outcome() const {
    auto out = numbers_;
    out.trace = on_.notes.hash();
    out.steps = on_.loop.steps();
    out.disk = on_.file.counts();
    return out;
  }

 private:
  void step();
  void start();
  [[nodiscard]] result<void> try_start();
  void end_process();
  void crash(disk::crash how);
  void stop();

  void think(client& c);
  void send(client& c);
  void answered(std::size_t id, std::uint64_t command, std::optional<std::uint64_t> first);
  void next_or_again(client& c);

  void fate_later();
  void fate();
  void look_around();
  void look_at_a_log(std::size_t n);
  void look_at_a_page(std::size_t n);
  [[nodiscard]] bool compare_due(partition p);
  void tell_due_later();
  void tell_due(partition p);
  void compact();
  void raise_an_epoch();
  void raise(std::uint16_t p, epoch to);
  void check_bounds() const;
  void check_bound(const char* of, std::uint64_t is, std::uint64_t most) const;

  void calm_down();
  void look_at_everything();

  run_options options_;
  machine on_;
  troubles with_;
  run_outcome numbers_;
  std::vector<storage::log_id> logs_;
  std::vector<log_model> models_;
  std::vector<client> clients_;
  std::string store_id_;
  std::array<epoch, 2> epochs_{};
  bool over_ = false;

  std::unique_ptr<metrics> registry_;
  std::unique_ptr<storage::store> store_;
  engine* disk_ = nullptr;  ///< below the store
  const gauge* bytes_wait_ = nullptr;
  std::optional<committer_source> committer_;
  std::vector<std::unique_ptr<writer>> writers_;  ///< those of one log are `logs_.size()` apart
};

// ---- life of the process ----

void world::step() {
  if (!on_.loop.step()) throw violation("nothing is left to happen");
  check_bounds();
  if (on_.file.dead()) crash(on_.chance.per_mille(500) ? disk::crash::power : disk::crash::process);
}

result<void> world::try_start() {
  storage::options o;
  if (options_.broken == breakage::skip_fsync) o.durability = storage::durability::os;
  if (options_.broken != breakage::skip_bound) {
    o.queue_requests_max = with_.appends_max;
    o.queue_bytes_max = with_.bytes_max;
    o.append_bytes_max = std::min<std::size_t>(o.append_bytes_max, with_.bytes_max);
  }
  registry_ = std::make_unique<metrics>();
  auto opened = start_store(on_, o, *registry_, options_.broken);
  if (!opened) return fail(std::move(opened.error()));
  store_ = std::move(opened->store);
  disk_ = opened->disk;
  for (const auto& e : registry_->entries()) {
    if (e.name == "lightstick_storage_queue_bytes") bytes_wait_ = e.as_gauge;
  }
  committer_.emplace(on_, *store_);
  return {};
}

void world::start() {
  if (auto started = try_start(); !started) {
    on_.notes.note("process: cannot start", started.error().to_string());
    if (started.error().is(condition::corrupt)) throw violation(started.error().to_string());
    if (on_.file.dead()) on_.file.restart(disk::crash::power);
    on_.loop.after(outside, on_.chance.between(nanoseconds{0}, milliseconds{100}), "process: start",
                   [this] { start(); });
    return;
  }
  if (!store_id_.empty() && store_->id() != store_id_) throw violation("the store has become another");
  store_id_ = store_->id();
  for (std::uint16_t p = 0; p < epochs_.size(); ++p) {
    auto now = store_->epoch_of(partition{p});
    if (now < epochs_.at(p)) throw violation("lost: the epoch of partition " + std::to_string(p));
    epochs_.at(p) = now;
  }
  on_.notes.note("process: started", store_id_);
  writer::surroundings around{on_, *store_, numbers_, options_.broken != breakage::skip_dedupe};
  for (std::size_t n = 0; n < with_.writers_a_log * logs_.size(); ++n) {
    auto log = n % logs_.size();
    writers_.push_back(std::make_unique<writer>(around, logs_[log], models_[log]));
  }
  tell_due_later();
}

void world::end_process() {
  writers_.clear();
  committer_.reset();
  store_.reset();
  registry_.reset();
  on_.loop.forget_process();
}

void world::crash(disk::crash how) {
  if (!on_.file.dead()) on_.file.crash_now();
  ++numbers_.crashes;
  bool was_up = store_ != nullptr;
  end_process();
  on_.file.restart(how);
  if (was_up) start();  // else a start is under way
}

/// A clean end, which commits what waits, and another start.
void world::stop() {
  if (!store_) return;
  end_process();
  on_.file.restart(disk::crash::process);
  start();
}

// ---- clients ----

void world::think(client& c) {
  c.busy = false;
  if (over_) return;
  on_.loop.after(outside, on_.chance.between(nanoseconds{0}, milliseconds{5}), "client: next", [this, &c] {
    if (over_) return;
    ++c.command;
    c.cids.clear();
    auto count = on_.chance.between(1, 3);
    for (std::uint64_t n = 0; n < count; ++n) {
      c.cids.push_back('c' + std::to_string(c.id) + '-' + std::to_string(c.command) + static_cast<char>('a' + n));
    }
    c.first_sent = on_.clock.now();
    c.busy = true;
    send(c);
  });
}

void world::send(client& c) {
  if (c.patience) on_.loop.cancel(*c.patience);
  auto wait = on_.chance.between(milliseconds{20}, milliseconds{500});
  c.patience = on_.loop.after(outside, wait, "client: no answer", [this, &c] { next_or_again(c); });
  if (!store_) return;
  command sent;
  sent.cids = c.cids;
  sent.may_remind = !over_;
  sent.reply = [this, id = c.id, n = c.command](std::optional<std::uint64_t> first) {
    on_.loop.post(outside, "client: answer", [this, id, n, first] { answered(id, n, first); });
  };
  auto to = c.log + logs_.size() * on_.chance.below(with_.writers_a_log);
  on_.loop.post(process, "client: command",
                [this, to, sent = std::move(sent)]() mutable { writers_.at(to)->submit(std::move(sent)); });
}

void world::answered(std::size_t id, std::uint64_t command, std::optional<std::uint64_t> first) {
  auto& c = clients_.at(id);
  if (c.command != command || !c.busy) return;
  on_.notes.note("client: answered", id, first.value_or(0));
  if (first) {
    for (std::size_t n = 0; n < c.cids.size(); ++n) models_[c.log].acknowledged(c.cids[n], *first + n);
    ++numbers_.acknowledged;
    on_.loop.cancel(*c.patience);
    // As a client does whose answer was lost.
    if (!over_ && on_.clock.now() - c.first_sent < seconds{20} && on_.chance.per_mille(150)) return send(c);
    return think(c);
  }
  on_.loop.cancel(*c.patience);
  c.patience = on_.loop.after(outside, on_.chance.between(milliseconds{1}, milliseconds{50}), "client: again",
                              [this, &c] { next_or_again(c); });
}

void world::next_or_again(client& c) {
  if (!over_ && on_.clock.now() - c.first_sent > seconds{25}) return think(c);
  send(c);
}

// ---- fate ----

void world::fate_later() {
  on_.loop.after(outside, on_.chance.between(milliseconds{1}, with_.pause_max), "fate", [this] {
    if (over_) return;
    fate();
    fate_later();
  });
}

void world::fate() {
  auto for_a_while = [this](void (disk::*set)(bool)) {
    (on_.file.*set)(true);
    on_.loop.after(outside, on_.chance.between(milliseconds{1}, milliseconds{800}), "fate: over",
                   [this, set] { (on_.file.*set)(false); });
  };
  switch (on_.chance.below(10)) {
    case 0: return with_.kills ? crash(disk::crash::process) : look_around();
    case 1: return with_.power_cuts ? crash(disk::crash::power) : look_around();
    case 2:
      if (with_.kills || with_.power_cuts) on_.file.crash_in(static_cast<std::uint32_t>(on_.chance.below(12)));
      return;
    case 3: return with_.stops ? stop() : look_around();
    case 4: return with_.full ? for_a_while(&disk::set_full) : look_around();
    case 5: return with_.broken ? for_a_while(&disk::set_broken) : look_around();
    case 6: return with_.epochs ? raise_an_epoch() : look_around();
    case 7: return compact();
    default: return look_around();
  }
}

void world::raise_an_epoch() {
  auto p = static_cast<std::uint16_t>(on_.chance.below(epochs_.size()));
  if (store_) raise(p, store_->epoch_of(partition{p}).next());
}

/// Again and again until it succeeds or the process dies: until then the partition takes nothing.
void world::raise(std::uint16_t p, epoch to) {
  std::pair<partition, epoch> change{partition{p}, to};
  auto raised = store_->raise_epochs({&change, 1});
  on_.notes.note("owner: epoch", p, raised ? to.value() : 0);
  if (raised) {
    epochs_.at(p) = std::max(epochs_.at(p), to);
  } else if (raised.error().code != storage::errc::stale_epoch) {
    auto pause = on_.chance.between(milliseconds{1}, milliseconds{100});
    on_.loop.after(process, pause, "owner: raise again", [this, p, to] { raise(p, to); });
  }
}

/// As RocksDB does when it likes.
void world::compact() {
  if (!store_) return;
  const auto done = disk_->compact(on_.clock.wall().value);
  on_.notes.note("disk: compacts", done ? 1 : 0);
  if (done) ++numbers_.compactions;
}

// ---- reads ----

/// Reads that nobody waits for.
void world::look_around() {
  if (!store_) return;
  const auto n = on_.chance.below(logs_.size());
  switch (on_.chance.below(10)) {
    case 0:
    case 1: look_at_a_log(n); break;
    case 2: (void)compare_due(logs_[n].partition); break;
    default: look_at_a_page(n);
  }
  ++numbers_.reads;
}

void world::look_at_a_log(std::size_t n) {
  auto found = store_->read_log(logs_[n]);
  if (found) models_[n].check(*found, on_.clock.wall().value);
  if (!found && found.error().is(condition::corrupt)) throw violation(found.error().to_string());
}

void world::look_at_a_page(std::size_t n) {
  storage::row_query q;
  q.rows_max = static_cast<std::uint32_t>(on_.chance.between(1, 20));
  q.newest_first = on_.chance.per_mille(500);
  if (on_.chance.per_mille(500)) q.after = row_key_of(on_.chance.below(models_[n].floor() + 2));
  if (on_.chance.per_mille(500)) q.before = row_key_of(1 + on_.chance.below(models_[n].floor() + 4));
  auto page = store_->read_rows(logs_[n], q);
  if (page) models_[n].check(q, *page);
  if (!page && page.error().is(condition::corrupt)) throw violation(page.error().to_string());
}

/// All reminders of a partition beside what its logs were told; false when they could not be read.
bool world::compare_due(partition p) {
  std::vector<storage::due_reminder> set;
  for (std::size_t n = 0; n < logs_.size(); ++n) {
    if (logs_[n].partition != p) continue;
    auto found = store_->read_log(logs_[n]);
    if (!found && found.error().is(condition::corrupt)) throw violation(found.error().to_string());
    if (!found) return false;
    models_[n].check(*found, on_.clock.wall().value);
    for (const auto& [name, r] : models_[n].kept().reminders) {
      set.push_back({logs_[n].name, name, r.due_ms, r.payload});
    }
  }
  const auto until = over_ ? INT64_MAX : on_.clock.wall().value + static_cast<std::int64_t>(on_.chance.below(2'000));
  const auto given = read_due(*store_, p, until, static_cast<std::uint32_t>(on_.chance.between(1, 5)));
  if (given) check_due(p, std::move(set), until, *given);
  return given.has_value();
}

/// Whoever tells a node's actors what fell due: on and on, until they have removed it.
void world::tell_due_later() {
  on_.loop.after(process, on_.chance.between(milliseconds{5}, milliseconds{300}), "reminders: look", [this] {
    for (std::uint16_t p = 0; p < epochs_.size(); ++p) tell_due(partition{p});
    tell_due_later();
  });
}

void world::tell_due(partition p) {
  const auto now = on_.clock.wall().value;
  auto page = store_->due_reminders(p, now, {}, static_cast<std::uint32_t>(on_.chance.between(1, 8)));
  if (!page && page.error().is(condition::corrupt)) throw violation(page.error().to_string());
  if (!page) return;
  for (const auto& e : page->entries) {
    if (e.due_ms > now) throw violation(e.log + ": the reminder " + e.name + " is given before its time");
    const auto log = std::ranges::find(logs_, e.log, &storage::log_id::name) - logs_.begin();
    const auto to = static_cast<std::size_t>(log) + logs_.size() * on_.chance.below(with_.writers_a_log);
    writers_.at(to)->remind(e.name, e.due_ms);
  }
}

// ---- bounds ----

void world::check_bounds() const {
  std::size_t appends = 0;
  std::size_t bytes = 0;
  for (const auto& w : writers_) {
    appends += w->appends_under_way();
    bytes += w->bytes_under_way();
  }
  check_bound("appends", appends, with_.appends_max);
  check_bound("bytes", bytes, with_.bytes_max);
  if (store_)
    check_bound("bytes, as it counts them,", static_cast<std::uint64_t>(bytes_wait_->value()), with_.bytes_max);
}

void world::check_bound(const char* of, std::uint64_t is, std::uint64_t most) const {
  if (is <= most) return;
  throw violation("a bound is not kept: " + std::to_string(is) + " " + of + " wait, at most " + std::to_string(most) +
                  " may");
}

// ---- the end ----

/// Everything works from here on: whoever waits gets an answer.
void world::calm_down() {
  over_ = true;
  on_.notes.note("fate: all is well");
  on_.file.set_faults({});
  on_.file.set_full(false);
  on_.file.set_broken(false);
  auto deadline = on_.clock.now() + seconds{25};
  auto busy = [](const client& c) { return c.busy; };
  while (!store_ || std::ranges::any_of(clients_, busy)) {
    step();
    if (on_.clock.now() > deadline) throw violation("a client has no answer though all has been well for 25 s");
  }
  auto reminders_wait = [](const log_model& m) { return !m.kept().reminders.empty(); };
  while (std::ranges::any_of(models_, reminders_wait)) {
    step();
    if (on_.clock.now() > deadline) throw violation("a reminder waits though all has been well for 25 s");
  }
}

void world::look_at_everything() {
  crash(disk::crash::power);
  if (!store_) throw violation("the process does not start though all is well");
  for (std::size_t n = 0; n < logs_.size(); ++n) {
    auto found = store_->read_log(logs_[n]);
    if (!found) throw violation(found.error().to_string());
    models_[n].check(*found, on_.clock.wall().value);
    std::vector<storage::row> rows;
    for (bool more = true; more;) {
      storage::row_query q;
      q.rows_max = 50;
      if (!rows.empty()) q.after = rows.back().key;
      auto page = store_->read_rows(logs_[n], q);
      if (!page) throw violation(page.error().to_string());
      std::ranges::move(page->rows, std::back_inserter(rows));
      more = page->more;
    }
    models_[n].check_all(rows);
    on_.notes.note("end: log", n, models_[n].chain_at(models_[n].floor()));
  }
  for (std::uint16_t p = 0; p < epochs_.size(); ++p) {
    if (!compare_due(partition{p})) throw violation("reminders cannot be read though all is well");
  }
}

}  // namespace

run_outcome run_storage_world(const run_options& o) { return play_out<world>(o); }

}  // namespace lightstick::sim
