#include "storage/store.hpp"

#include <cassert>
#include <future>

#include "runtime/base/log.hpp"
#include "storage/commit_queue.hpp"
#include "storage/committer.hpp"
#include "storage/disk_watch.hpp"
#include "storage/engine.hpp"
#include "storage/engine_metrics.hpp"
#include "storage/log_layout.hpp"
#include "storage/open_folder.hpp"

namespace lightstick::storage {
namespace {

constexpr std::size_t memory_bytes_min = 16U << 20U;

result<void> check(const options& o) {
  if (o.memory_bytes < memory_bytes_min) return fail(errc::invalid, "memory for storage must be at least 16 MiB");
  if (o.queue_requests_max == 0 || o.group_bytes_max == 0 || o.logs_open_max == 0 ||
      o.append_bytes_max > o.queue_bytes_max) {
    return fail(errc::invalid, "limits of the storage queue must be positive, and hold at least one append");
  }
  return {};
}

result<void> check(const log_id& log) {
  if (log.name.empty() || log.name.size() > log_name_bytes_max) {
    return fail(errc::invalid, "a log's name has 1 to " + std::to_string(log_name_bytes_max) + " bytes");
  }
  if (log.partition.value >= partition_count) return fail(errc::invalid, describe(log) + ": no such partition");
  return {};
}

result<void> check(const append_request& request, std::size_t bytes_max) {
  if (auto fit = check(request.log); !fit) return fit;
  if (request.events.empty() && (!request.rows.empty() || !request.reminders.empty() || request.history_floor)) {
    return fail(errc::invalid, describe(request.log) + ": rows need an event, which gives them their place in order");
  }
  std::size_t bytes = request.snapshot ? request.snapshot->size() : 0;
  for (const auto& event : request.events) bytes += event.size();
  for (const auto& r : request.rows) {
    if (r.key.empty() || r.key.size() > row_key_bytes_max) {
      return fail(errc::invalid,
                  describe(request.log) + ": a row's key has 1 to " + std::to_string(row_key_bytes_max) + " bytes");
    }
    bytes += r.key.size() + (r.value ? r.value->size() : 0);
  }
  for (const auto& r : request.reminders) {
    if (r.name.empty() || r.name.size() > row_key_bytes_max || r.due_ms.value_or(0) < 0 ||
        r.was_due_ms.value_or(0) < 0) {
      return fail(errc::invalid, describe(request.log) + ": a reminder has a name of 1 to " +
                                     std::to_string(row_key_bytes_max) + " bytes and is not due before 1970");
    }
    bytes += 2 * r.name.size() + r.payload.size();
  }
  if (request.history_floor && request.history_floor->size() > row_key_bytes_max) {
    return fail(errc::invalid,
                describe(request.log) + ": a floor has at most " + std::to_string(row_key_bytes_max) + " bytes");
  }
  if (bytes > bytes_max) {
    return fail(errc::invalid, describe(request.log) + ": append of " + std::to_string(bytes) + " bytes, at most " +
                                   std::to_string(bytes_max));
  }
  return {};
}

/// Lets a caller wait for the committing thread.
struct outcome {
  void committed(sequence /*last*/) noexcept { promise.set_value({}); }
  void append_failed(const error& why) noexcept { promise.set_value(fail(why)); }
  std::promise<result<void>> promise;
};

}  // namespace

struct store::impl {
  impl(std::unique_ptr<engine> disk_, options o_, identity who_, const commit_queue::epochs& epochs, metrics& registry,
       const clock_source& clock_)
      : o(std::move(o_)),
        who(std::move(who_)),
        clock(clock_),
        numbers(registry),
        disk(std::move(disk_)),
        disk_numbers(registry, *disk),
        queue({o.queue_requests_max, o.queue_bytes_max, o.group_bytes_max, o.logs_open_max}, epochs, numbers),
        // A thread sleeps by the machine's clock, so that is what its back-off and its watch go by.
        watch(registry, o.own_thread ? system_clock_source() : clock, o.own_thread),
        writer(*disk, queue, o.durability == durability::fsync, numbers, watch,
               o.own_thread ? system_clock_source() : clock,
               o.own_thread ? committer::driver::own_thread : committer::driver::caller) {
    if (!o.own_thread) step = [this] { return writer.step(); };
  }

  /// What `how` reads: watched while it does, damage counted.
  template <class Read>
  auto read(Read how) {
    const disk_watch::scope at_it(watch, disk_watch::work::read);
    auto r = how();
    if (!r && r.error().is(condition::corrupt)) {
      numbers.corrupt_records.add();
      LS_LOG(storage, error, "damaged data", {"error", r.error()});
    }
    return r;
  }

  const options o;
  const identity who;
  const clock_source& clock;
  store_metrics numbers;
  std::optional<data_folder> folder;  ///< the lock goes last
  std::unique_ptr<engine> disk;
  engine_metrics disk_numbers;
  commit_queue queue;
  disk_watch watch;
  committer writer;
  commit_queue::committer_step step;  ///< empty when the writer has a thread
};

result<std::unique_ptr<store>> store::open(options o, metrics& registry, const clock_source& clock) {
  if (auto fit = check(o); !fit) return fail(std::move(fit.error()));
  auto opened = open_folder(o.path, o.create, o.memory_bytes, clock);
  if (!opened) return fail(std::move(opened.error()));
  auto epochs = read_epochs(*opened->disk);
  if (!epochs) {
    epochs.error().detail = "data folder " + o.path.string() + ": " + epochs.error().detail;
    return fail(std::move(epochs.error()));
  }
  LS_LOG(storage, info, "data folder is open", {"path", o.path.string()}, {"store", opened->who.store_id});
  auto made =
      std::make_unique<impl>(std::move(opened->disk), std::move(o), std::move(opened->who), *epochs, registry, clock);
  made->folder.emplace(std::move(opened->folder));
  return std::unique_ptr<store>(new store(std::move(made)));
}

result<std::unique_ptr<store>> store::over(std::unique_ptr<engine> disk, options o, metrics& registry,
                                           const clock_source& clock) {
  if (auto fit = check(o); !fit) return fail(std::move(fit.error()));
  auto found = read_identity(*disk);
  if (!found) return fail(std::move(found.error()));
  auto who = *found ? result<identity>(std::move(**found)) : introduce(*disk);
  if (!who) return fail(std::move(who.error()));
  auto epochs = read_epochs(*disk);
  if (!epochs) return fail(std::move(epochs.error()));
  return std::unique_ptr<store>(
      new store(std::make_unique<impl>(std::move(disk), std::move(o), std::move(*who), *epochs, registry, clock)));
}

store::store(std::unique_ptr<impl> i) : impl_(std::move(i)) {}
store::~store() = default;

const std::string& store::id() const noexcept { return impl_->who.store_id; }
const history_id& store::history() const noexcept { return impl_->who.history_id; }
bool store::writable() const noexcept { return impl_->writer.writable(); }
disk_waits store::waits() const {
  return {impl_->watch.age(disk_watch::work::commit), impl_->watch.age(disk_watch::work::read)};
}
epoch store::epoch_of(partition p) const { return impl_->queue.epoch_of(p); }

result<void> store::raise_epochs(std::span<const std::pair<partition, epoch>> changes) {
  std::vector<write_op> ops;
  ops.reserve(changes.size());
  for (const auto& [p, to] : changes) {
    if (p.value >= partition_count) return fail(errc::invalid, "no partition " + std::to_string(p.value));
    ops.push_back(encode_epoch(p, to));
  }
  auto end = std::make_shared<outcome>();
  auto ended = end->promise.get_future();
  if (auto queued = impl_->queue.raise(changes, std::move(ops), end); !queued) return queued;
  while (impl_->step && ended.wait_for(std::chrono::seconds{0}) != std::future_status::ready) {
    [[maybe_unused]] bool made = impl_->step();
    assert(made);  // what was queued has not ended
  }
  return ended.get();
}

result<log_contents> store::open_log(const log_id& log) {
  if (auto fit = check(log); !fit) return fail(std::move(fit.error()));
  auto prefix = log_prefix(log);
  for (;;) {
    auto begun = impl_->queue.begin_open(prefix, log.partition, impl_->step);
    if (!begun) return fail(std::move(begun.error()));
    auto loaded = impl_->read([&] { return load_log(*impl_->disk, prefix, impl_->clock.wall().value); });
    std::optional<commit_queue::opened_at> at;
    if (loaded) at = {loaded->contents.last, {loaded->oldest, loaded->contents.snapshot_at}};
    if (!impl_->queue.finish_open(prefix, *begun, at)) continue;
    if (!loaded) return fail(std::move(loaded.error()));
    loaded->contents.owner_epoch = begun->epoch;
    return std::move(loaded->contents);
  }
}

void store::close_log(const log_id& log) { impl_->queue.close(log_prefix(log)); }

result<void> store::accepts() const { return impl_->queue.accepts(); }

result<void> store::append(const append_request& request, append_listener listener) {
  if (auto fit = check(request, impl_->o.append_bytes_max); !fit) return fit;
  commit_queue::draft d;
  d.prefix = log_prefix(request.log);
  d.partition = request.log.partition;
  d.epoch = request.owner_epoch;
  d.expected = request.expected;
  d.last = sequence{request.expected.value() + request.events.size()};
  const auto stored = impl_->queue.stored_of(d.prefix);
  auto encoded = encode_append(d.prefix, request, stored.oldest, stored.superfluous);
  if (request.snapshot || encoded.oldest != stored.oldest) {
    d.removed = {stored.oldest, {encoded.oldest, request.snapshot ? d.last : stored.superfluous}};
  }
  d.ops = std::move(encoded.ops);
  d.listener = std::move(listener);
  return impl_->queue.push(std::move(d));
}

result<log_contents> store::read_log(const log_id& log) const {
  if (auto fit = check(log); !fit) return fail(std::move(fit.error()));
  auto loaded = impl_->read([&] {
    auto view = impl_->disk->view();
    return load_log(*view, log_prefix(log), impl_->clock.wall().value);
  });
  if (!loaded) return fail(std::move(loaded.error()));
  loaded->contents.owner_epoch = epoch_of(log.partition);
  return std::move(loaded->contents);
}

result<row_page> store::read_rows(const log_id& log, const row_query& query) const {
  if (auto fit = check(log); !fit) return fail(std::move(fit.error()));
  return impl_->read([&] { return load_rows(*impl_->disk, log_prefix(log), query, impl_->clock.wall().value); });
}

result<due_page> store::due_reminders(partition p, std::int64_t until_ms, const std::string& after_cursor,
                                      std::uint32_t entries_max) const {
  if (p.value >= partition_count || entries_max == 0) return fail(errc::invalid, "due reminders of no partition");
  auto page = impl_->read([&] {
    auto view = impl_->disk->view();
    return load_due(*view, p, until_ms, after_cursor, entries_max);
  });
  if (!page || page->damaged.empty()) return page;
  impl_->numbers.corrupt_records.add(page->damaged.size());
  LS_LOG(storage, error, "damaged reminders", {"count", page->damaged.size()}, {"first", page->damaged.front()});
  return page;
}

bool store::pump() {
  assert(impl_->step);
  return impl_->writer.step();
}

std::optional<steady_time> store::pump_due() const {
  assert(impl_->step);
  return impl_->writer.due();
}

result<backup_made> store::back_up(const backup_order& order, const progress& watch) {
  return back_up_engine(*impl_->disk, impl_->who, impl_->o.path, order, impl_->clock.wall(), watch);
}

result<store_stats> store::stats(const stats_order& order, const progress& watch) const {
  auto view = impl_->disk->raw();
  if (!view) return fail(errc::invalid, "this store cannot be looked through now");
  return stats_of_view(*view, order, watch);
}

result<found_logs> store::find_logs(const log_search& what, const progress& watch) const {
  auto view = impl_->disk->raw();
  if (!view) return fail(errc::invalid, "this store cannot be looked through now");
  return search_view(*view, what, watch);
}

result<found_names> store::log_names(const names_wanted& what) const {
  auto view = impl_->disk->raw();
  if (!view) return fail(errc::invalid, "this store cannot be looked through now");
  return names_in_view(*view, what);
}

result<void> store::rewrite(std::span<const log_span> spans, const std::function<bool()>& go_on) {
  std::vector<key_span> keys;
  keys.reserve(spans.size());
  for (const auto& span : spans) {
    for (const auto* end : {&span.first, &span.last}) {
      if (auto fit = check(*end); !fit) return fit;
    }
    keys.push_back({log_prefix(span.first), prefix_end(log_prefix(span.last))});
  }
  return impl_->disk->rewrite(keys, go_on);
}

}  // namespace lightstick::storage
