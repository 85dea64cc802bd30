#include "storage/rocks/engine.hpp"

#include <rocksdb/write_batch.h>

#include "runtime/base/log.hpp"
#include "storage/errc.hpp"
#include "storage/rocks/backup_copy.hpp"
#include "storage/rocks/database_state.hpp"
#include "storage/rocks/disk_room.hpp"
#include "storage/rocks/rewrite.hpp"
#include "storage/rocks/status.hpp"
#include "storage/rocks/view.hpp"

namespace lightstick::storage::rocks {
namespace {

constexpr std::size_t probe_bytes = 256U << 10U;

rocksdb::Slice slice_of(std::string_view s) { return {s.data(), s.size()}; }
std::string_view view_of(const rocksdb::Slice& s) { return {s.data(), s.size()}; }

rocksdb::Status add(rocksdb::WriteBatch& batch, rocksdb::ColumnFamilyHandle* to, const write_op& op) {
  return op.what == write_op::kind::put ? batch.Put(to, op.key, op.value) : batch.Delete(to, op.key);
}

/// Whether the end of the range has the log prefix of its beginning.
bool ends_in_its_log(const scan_range& range) {
  const auto prefix = std::string_view(range.from).substr(0, log_prefix_size(range.from));
  return !prefix.empty() && log_prefix_size(range.to) == prefix.size() && range.to.starts_with(prefix);
}

tl::unexpected<error> closed() {
  return fail(errc::io_failed, "the database could not be opened again after a failure");
}

}  // namespace

/// Reads from the database that is open now, which stays open meanwhile.
class rocks_engine::reader final : public engine_reader {
 public:
  enum class at : std::uint8_t { latest, this_moment };

  reader(const rocks_engine& of, at when) : lock_(of.using_), from_(of.database_.get()) {
    if (from_ != nullptr && when == at::this_moment) snapshot_ = from_->db().GetSnapshot();
  }
  ~reader() override {
    if (snapshot_ != nullptr) from_->db().ReleaseSnapshot(snapshot_);
  }
  reader(const reader&) = delete;
  reader& operator=(const reader&) = delete;

  [[nodiscard]] result<std::optional<std::string>> get(family f, std::string_view key) const override {
    if (from_ == nullptr) return closed();
    rocksdb::ReadOptions how;
    how.snapshot = snapshot_;
    std::string value;
    auto s = from_->db().Get(how, from_->handle(f), slice_of(key), &value);
    if (s.IsNotFound()) return std::optional<std::string>{};
    if (!s.ok()) return fail(to_error(s, "read " + describe(f, key)));
    return std::optional<std::string>(std::move(value));
  }

  [[nodiscard]] result<void> scan(const scan_range& range, const visitor& visit) const override {
    if (from_ == nullptr) return closed();
    auto from = slice_of(range.from);
    auto to = slice_of(range.to);
    rocksdb::ReadOptions how;
    how.snapshot = snapshot_;
    how.iterate_lower_bound = &from;
    how.iterate_upper_bound = &to;
    // Filters go by the prefix of the key that is sought. Backwards that is the end of the range, which may have
    // another prefix.
    how.prefix_same_as_start = many_keys_a_log(range.family) && (!range.backwards || ends_in_its_log(range));
    how.total_order_seek = !how.prefix_same_as_start;
    std::unique_ptr<rocksdb::Iterator> it(from_->db().NewIterator(how, from_->handle(range.family)));
    if (!range.backwards) {
      it->Seek(from);
    } else if (how.prefix_same_as_start) {
      it->SeekForPrev(to);  // the bound leaves `to` itself out
    } else {
      it->SeekToLast();
    }
    while (it->Valid() && visit(view_of(it->key()), view_of(it->value()))) {
      if (range.backwards) {
        it->Prev();
      } else {
        it->Next();
      }
    }
    if (it->status().ok()) return {};
    return fail(to_error(it->status(), "read from " + describe(range.family, range.from)));
  }

 private:
  std::shared_lock<std::shared_mutex> lock_;
  const database* from_;
  const rocksdb::Snapshot* snapshot_ = nullptr;
};

rocks_engine::rocks_engine(std::unique_ptr<database> opened, open_options how, std::shared_ptr<rocksdb::Cache> cache,
                           const clock_source& clock)
    : how_(std::move(how)), cache_(std::move(cache)), clock_(clock), database_(std::move(opened)) {
  how_.create = false;
  how_.families = families::all;
}

rocks_engine::~rocks_engine() {
  // With durability::os the log may not be on the disk yet; a clean end makes it so.
  if (failed_ || database_ == nullptr) return;
  if (auto synced = database_->db().SyncWAL(); !synced.ok()) {
    LS_LOG(storage, warn, "log could not be synced at the end", {"error", to_error(synced, "sync")});
  }
}

result<std::optional<std::string>> rocks_engine::get(family f, std::string_view key) const {
  return reader(*this, reader::at::latest).get(f, key);
}

result<void> rocks_engine::scan(const scan_range& range, const visitor& visit) const {
  return reader(*this, reader::at::latest).scan(range, visit);
}

std::unique_ptr<engine_reader> rocks_engine::view() const {
  return std::make_unique<reader>(*this, reader::at::this_moment);
}

std::optional<engine_state> rocks_engine::state() const {
  std::shared_lock lock(using_, std::try_to_lock);
  if (!lock || database_ == nullptr) return std::nullopt;
  auto out = state_of(*database_);
  out.log_bytes = log_bytes(how_);
  return out;
}

result<void> rocks_engine::write(std::span<const std::vector<write_op>> batches, bool sync) {
  if (database_ == nullptr) return closed();
  std::size_t bytes = 0;
  for (const auto& ops : batches) {
    for (const auto& op : ops) bytes += op.key.size() + op.value.size() + 16;
  }
  rocksdb::WriteBatch batch(bytes);
  for (const auto& ops : batches) {
    for (const auto& op : ops) {
      if (auto s = add(batch, database_->handle(op.family), op); !s.ok()) return fail(to_error(s, "write"));
    }
  }
  if (batch.Count() == 0) return {};
  rocksdb::WriteOptions how;
  how.sync = sync;
  const std::lock_guard alone(writing_);
  auto s = database_->db().Write(how, &batch);
  if (s.ok()) return {};
  failed_ = true;
  return fail(to_error(s, "write"));
}

result<void> rocks_engine::check_whole() const {
  if (database_ == nullptr) return closed();
  if (!failed_) return {};
  return fail(errc::io_failed,
              "a write has failed (see the log), and before the disk takes writes again the files cannot be copied or "
              "written anew; ask again then");
}

result<backup_copied> rocks_engine::back_up(const backup_copy& order) {
  std::shared_lock lock(using_);
  {
    // RocksDB ends the process when it is to sync a log that was never synced alone and whose last write has failed. A
    // back-up syncs it.
    const std::lock_guard between_writes(writing_);
    if (auto whole = check_whole(); !whole) return fail(std::move(whole.error()));
    if (auto synced = database_->db().SyncWAL(); !synced.ok()) return fail(to_error(synced, "sync the log"));
  }
  auto watched = order;
  watched.watch = [&](std::uint64_t done, std::uint64_t total) {
    return !leaving_ && (!order.watch || order.watch(done, total));
  };
  return copy_backup(database_->db(), watched);
}

result<void> rocks_engine::rewrite(std::span<const key_span> spans, const std::function<bool()>& go_on) {
  std::shared_lock lock(using_);
  if (auto whole = check_whole(); !whole) return whole;
  return rocks::rewrite(*database_, spans, [&] { return !leaving_ && go_on(); });
}

std::unique_ptr<raw_view> rocks_engine::raw() const {
  std::shared_lock lock(using_);
  if (database_ == nullptr) return nullptr;
  return rocks::view_of(*database_, std::move(lock), &leaving_);
}

/// Whether opening the database again is likely to succeed: it writes its memory to a table then. A failed attempt would
/// cost the readers.
result<void> rocks_engine::probe() const {
  std::uint64_t unwritten = 0;
  if (database_ != nullptr) {
    database_->db().GetAggregatedIntProperty(rocksdb::DB::Properties::kCurSizeAllMemTables, &unwritten);
  }
  if (auto room = check_disk_room(how_, unwritten); !room) return room;
  auto* env = how_.env != nullptr ? how_.env : rocksdb::Env::Default();
  auto name = (how_.path / "probe").string();
  std::unique_ptr<rocksdb::WritableFile> file;
  auto s = env->NewWritableFile(name, &file, rocksdb::EnvOptions());
  if (s.ok()) s = file->Append(std::string(probe_bytes, '\0'));
  if (s.ok()) s = file->Sync();
  if (file) (void)file->Close();
  (void)env->DeleteFile(name);
  if (!s.ok()) return fail(to_error(s, "try to write"));
  return {};
}

result<void> rocks_engine::resume() {
  if (!failed_ && database_ != nullptr) return {};
  if (auto possible = probe(); !possible) return possible;
  leaving_ = true;
  std::unique_lock alone(using_);
  leaving_ = false;
  database_.reset();
  auto opened = database::open(how_, database::access::read_write, cache_, clock_);
  if (opened) {
    database_ = std::move(*opened);
    failed_ = false;
    return {};
  }
  if (auto readable = database::open(how_, database::access::read_only, cache_, clock_)) {
    database_ = std::move(*readable);
    failed_ = true;
  }
  return fail(std::move(opened.error()));
}

}  // namespace lightstick::storage::rocks
