#include "tools/node/jobs.hpp"

#include <filesystem>

#include "gateway/wire/json.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/thrown.hpp"
#include "tools/care/reports.hpp"
#include "tools/exit_code.hpp"

namespace lightstick::tools {
namespace {

namespace wire = gateway::wire;

constexpr std::string_view backup_kind = "backup";
constexpr std::string_view stats_kind = "stats";
constexpr std::string_view erase_kind = "erase";
constexpr std::string_view trim_kind = "trim";
constexpr std::size_t user_bytes_max = 128;
constexpr std::uint64_t keep_for_ms_max = 100ULL * 366 * 24 * 3'600'000;

/// The number of a key, when it is there. Errors: invalid.
result<std::optional<std::uint64_t>> number(const wire::map& order, std::string_view key, std::uint64_t least,
                                            std::uint64_t most) {
  const auto* v = wire::find(order, key);
  if (v == nullptr || v->is_null()) return std::optional<std::uint64_t>{};
  const auto* n = v->as<std::uint64_t>();
  if (n == nullptr || *n < least || *n > most) {
    return fail(errc::invalid,
                std::string(key) + " has to be a number from " + std::to_string(least) + " to " + std::to_string(most));
  }
  return std::optional<std::uint64_t>{*n};
}

result<std::string> text(const wire::map& order, std::string_view key) {
  const auto* v = wire::find(order, key);
  if (v == nullptr) return std::string();
  const auto* s = v->as<std::string>();
  if (s == nullptr) return fail(errc::invalid, std::string(key) + " has to be a text");
  return *s;
}

}  // namespace

jobs::~jobs() { stop(); }

void jobs::stop() {
  std::thread last;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    last = std::move(thread_);
  }
  if (last.joinable()) last.join();
}

result<jobs::work> jobs::work_of(std::string_view kind, const wire::map& order) {
  if (kind == backup_kind) return backup_of(order);
  if (kind == stats_kind) return stats_of(order);
  if (kind == erase_kind) return erase_of(order);
  if (kind == trim_kind) return trim_of(order);
  return fail(errc::not_found, "no such job");
}

result<std::string> jobs::start(std::string_view kind, std::string_view order, outcome_listener ended) {
  auto read = wire::read_json(order.empty() ? "{}" : order, {});
  const auto* fields = read ? read->as<wire::map>() : nullptr;
  if (fields == nullptr) return fail(errc::invalid, "the order has to be a JSON object");
  auto what = work_of(kind, *fields);
  if (!what) return fail(std::move(what.error()));

  std::lock_guard lock(mutex_);
  if (stopping_) return fail(errc::stopping, "the node is stopping");
  if (!running_.empty()) {
    return fail(errc::overloaded, "the node is busy with " + running_ + " " + std::to_string(last_[running_].id) +
                                      "; one job at a time: ask again when it is done");
  }
  if (thread_.joinable()) thread_.join();  // has ended: it no longer runs a job
  running_ = kind;
  auto& j = last_[running_];
  j = job{};
  j.id = next_++;
  const auto thrown = thrown_by([&] {
    thread_ = std::thread([this, name = running_, work = std::move(*what), ended = std::move(ended)]() mutable {
      run(name, work, std::move(ended));
    });
  });
  if (thrown) {
    last_.erase(std::exchange(running_, {}));
    return fail(errc::unavailable, "no thread can be had for it: " + *thrown);
  }
  return describe(running_, j);
}

result<std::string> jobs::status(std::string_view kind) const {
  std::lock_guard lock(mutex_);
  auto found = last_.find(kind);
  if (found == last_.end()) return fail(errc::not_found, "none was begun since the node started");
  return describe(found->first, found->second);
}

result<jobs::work> jobs::backup_of(const wire::map& order) {
  auto to = text(order, "to");
  auto data = text(order, "data");
  auto keep = number(order, "keep", 1, UINT32_MAX);
  auto keep_for = number(order, "keep_for_ms", 1, keep_for_ms_max);
  auto rate = number(order, "bytes_per_second", 1, INT64_MAX);
  if (!to || !data) return fail(std::move(!to ? to.error() : data.error()));
  for (auto* n : {&keep, &keep_for, &rate}) {
    if (!*n) return fail(std::move(n->error()));
  }
  storage::backup_order out;
  out.to = *to;
  if (!out.to.is_absolute()) return fail(errc::invalid, "`to` has to be an absolute path on the node's machine");
  std::error_code differs;
  if (!data->empty() && !std::filesystem::equivalent(*data, data_, differs)) {
    return fail(errc::invalid, "the data folder of this node is " + data_ + ", not " + *data);
  }
  if (*keep) out.keep = static_cast<std::uint32_t>(**keep);
  if (*keep_for) out.keep_for = std::chrono::milliseconds(**keep_for);
  out.bytes_per_second_max = rate->value_or(bytes_per_second_default);
  return work([this, out](const storage::progress& watch) -> result<outcome> {
    auto made = store_.back_up(out, watch);
    if (!made) return fail(std::move(made.error()));
    backups_ = out.to;
    return outcome{to_text(*made, out.to), to_value(*made), "done"};
  });
}

result<jobs::work> jobs::stats_of(const wire::map& order) {
  auto top = number(order, "top", 0, storage::store_stats::top_max);
  auto rate = number(order, "bytes_per_second", 1, INT64_MAX);
  if (!top || !rate) return fail(std::move(!top ? top.error() : rate.error()));
  storage::stats_order out;
  out.top = static_cast<std::uint32_t>(top->value_or(out.top));
  out.bytes_per_second_max = rate->value_or(bytes_per_second_default);
  return work([this, out](const storage::progress& watch) -> result<outcome> {
    auto found = store_.stats(out, watch);
    if (!found) return fail(std::move(found.error()));
    return outcome{to_text(*found), to_value(*found), "done"};
  });
}

result<jobs::work> jobs::erase_of(const wire::map& order) {
  if (!erasable_) return fail(errc::unavailable, "the actors of this node do not run");
  auto actor = text(order, "actor");
  auto rate = number(order, "bytes_per_second", 1, INT64_MAX);
  if (!actor || !rate) return fail(std::move(!actor ? actor.error() : rate.error()));
  constexpr std::string_view begin = "user/";
  const auto name = actor->starts_with(begin) ? actor->substr(begin.size()) : std::string();
  if (name.empty() || name.size() > user_bytes_max || name.find('/') != std::string::npos) {
    return fail(errc::invalid, "`actor` has to name a user, as user/17");
  }
  erasure_order out;
  out.user = user_id{name};
  out.bytes_per_second_max = rate->value_or(bytes_per_second_default);
  if (const auto* all = wire::find(order, "all_files"); all != nullptr && !all->is_null()) {
    if (all->as<bool>() == nullptr) return fail(errc::invalid, "all_files has to be true or false");
    out.all_files = *all->as<bool>();
  }
  return work([this, out](const storage::progress& watch) { return erase(out, watch); });
}

result<jobs::outcome> jobs::erase(const erasure_order& order, const storage::progress& watch) {
  auto done = erase_everywhere(*erasable_, order, watch);
  if (!done) return fail(std::move(done.error()));
  std::optional<storage::backup_list> backups;
  if (!backups_.empty()) {
    if (auto listed = storage::list_backups(backups_)) backups = std::move(*listed);
  }
  return outcome{to_text(*done, backups, backups_), to_value(*done, backups), "done: " + summary(*done)};
}

result<jobs::work> jobs::trim_of(const wire::map& order) {
  if (!erasable_) return fail(errc::unavailable, "the actors of this node do not run");
  auto rate = number(order, "bytes_per_second", 1, INT64_MAX);
  if (!rate) return fail(std::move(rate.error()));
  room_walk_order out;
  out.bytes_per_second_max = rate->value_or(bytes_per_second_default);
  return work([this, out](const storage::progress& watch) { return trim(out, watch); });
}

result<jobs::outcome> jobs::trim(const room_walk_order& order, const storage::progress& watch) {
  auto done = walk_rooms(
      *erasable_, order, [this](const room_id& room, numbered_answer told) { erasable_->wake(room, std::move(told)); },
      [](const storage::log_id&, std::uint64_t) {}, watch);
  if (!done) return fail(std::move(done.error()));
  const auto rooms = std::to_string(done->asked - done->failed) + " of " + std::to_string(done->rooms) + " rooms";
  if (done->failed > 0) {
    return fail(errc::unavailable, rooms + " were woken, the others were not: " + done->failures.front());
  }
  wire::map value{{"rooms", wire::value(done->rooms)},
                  {"repeated", wire::value(done->repeated)},
                  {"damaged_stretches", wire::value(done->damaged_stretches)}};
  return outcome{rooms + " have let go of what is over, and will be reminded of what comes next\n",
                 wire::value(std::move(value)), "done: " + rooms};
}

void jobs::run(const std::string& kind, const work& what, outcome_listener listener) {
  const storage::progress watch = [&](std::uint64_t done, std::uint64_t total) {
    std::lock_guard lock(mutex_);
    auto& j = last_[kind];
    j.done_bytes = done;
    j.total_bytes = total;
    return !stopping_.load();
  };
  result<outcome> ended;
  // Nobody catches it on this thread: the node must not end with a job.
  if (const auto thrown = thrown_by([&] { ended = what(watch); })) {
    ended = fail(errc::unavailable, "it was given up: " + *thrown);
  }
  if (!ended) LS_LOG(tools, warn, "a job failed", {"kind", kind}, {"why", ended.error()});
  if (listener) listener(ended ? result<std::string>(ended->line) : result<std::string>(fail(ended.error())));
  std::lock_guard lock(mutex_);
  auto& j = last_[kind];
  j.state = ended ? state::done : state::failed;
  j.said = ended ? std::move(ended->text) : sentence(ended.error());
  if (ended) j.result = std::move(ended->value);
  running_.clear();
}

std::string jobs::describe(const std::string& kind, const job& j) {
  wire::map out{{"job", wire::value(j.id)},
                {"kind", wire::value(kind)},
                {"done_bytes", wire::value(j.done_bytes)},
                {"total_bytes", wire::value(j.total_bytes)}};
  switch (j.state) {
    case state::running: out.push_back({"state", wire::value("running")}); break;
    case state::failed:
      out.push_back({"state", wire::value("failed")});
      out.push_back({"error", wire::value(j.said)});
      break;
    case state::done:
      out.push_back({"state", wire::value("done")});
      out.push_back({"text", wire::value(j.said)});
      out.push_back({"result", j.result});
      break;
  }
  return to_json(wire::value(std::move(out)));
}

}  // namespace lightstick::tools
