#include "lightstick/storage/rocks/engine.hpp"

#include <rocksdb/write_batch.h>

#include "lightstick/runtime/base/log.hpp"
#include "lightstick/storage/rocks/status.hpp"

namespace lightstick::storage::rocks {
namespace {

rocksdb::Slice slice_of(std::string_view s) { return {s.data(), s.size()}; }
std::string_view view_of(const rocksdb::Slice& s) { return {s.data(), s.size()}; }

rocksdb::Status add(rocksdb::WriteBatch& batch, rocksdb::ColumnFamilyHandle* to, const write_op& op) {
  switch (op.what) {
    case write_op::kind::put: return batch.Put(to, op.key, op.value);
    case write_op::kind::erase: return batch.Delete(to, op.key);
    case write_op::kind::erase_range: return batch.DeleteRange(to, op.key, op.value);
  }
  return rocksdb::Status::InvalidArgument("unknown operation");
}

}  // namespace

class rocks_engine::snapshot_view final : public engine_reader {
 public:
  explicit snapshot_view(const rocks_engine& of) : of_(of), at_(of.db_->GetSnapshot()) {}
  ~snapshot_view() override { of_.db_->ReleaseSnapshot(at_); }
  snapshot_view(const snapshot_view&) = delete;
  snapshot_view& operator=(const snapshot_view&) = delete;

  [[nodiscard]] result<std::optional<std::string>> get(family f, std::string_view key) const override {
    return of_.get_at(at_, f, key);
  }
  [[nodiscard]] result<void> scan(const scan_range& range, const visitor& visit) const override {
    return of_.scan_at(at_, range, visit);
  }

 private:
  const rocks_engine& of_;
  const rocksdb::Snapshot* at_;
};

rocks_engine::rocks_engine(std::unique_ptr<rocksdb::DB> db, std::vector<rocksdb::ColumnFamilyHandle*> handles)
    : db_(std::move(db)), handles_(std::move(handles)) {}

rocks_engine::~rocks_engine() {
  // With durability::os the log may not be on the disk yet; a clean end makes it so.
  if (auto synced = db_->SyncWAL(); !synced.ok()) {
    LS_LOG(storage, warn, "log could not be synced at the end", {"error", to_error(synced, "sync")});
  }
  for (auto* h : handles_) (void)db_->DestroyColumnFamilyHandle(h);
  if (auto closed = db_->Close(); !closed.ok()) {
    LS_LOG(storage, warn, "engine did not close cleanly", {"error", to_error(closed, "close")});
  }
}

result<std::optional<std::string>> rocks_engine::get(family f, std::string_view key) const {
  return get_at(nullptr, f, key);
}

result<void> rocks_engine::scan(const scan_range& range, const visitor& visit) const {
  return scan_at(nullptr, range, visit);
}

std::unique_ptr<engine_reader> rocks_engine::view() const { return std::make_unique<snapshot_view>(*this); }

result<std::optional<std::string>> rocks_engine::get_at(const rocksdb::Snapshot* at, family f,
                                                        std::string_view key) const {
  rocksdb::ReadOptions how;
  how.snapshot = at;
  std::string value;
  auto s = db_->Get(how, handle(f), slice_of(key), &value);
  if (s.IsNotFound()) return std::optional<std::string>{};
  if (!s.ok()) return fail(to_error(s, "read " + describe(f, key)));
  return std::optional<std::string>(std::move(value));
}

result<void> rocks_engine::scan_at(const rocksdb::Snapshot* at, const scan_range& range, const visitor& visit) const {
  auto from = slice_of(range.from);
  auto to = slice_of(range.to);
  rocksdb::ReadOptions how;
  how.snapshot = at;
  how.iterate_lower_bound = &from;
  how.iterate_upper_bound = &to;
  // Filters go by the prefix of the key that is sought. Backwards that is the end of the range, which may have
  // another prefix.
  how.prefix_same_as_start = !range.backwards && range.family != family::meta;
  how.total_order_seek = !how.prefix_same_as_start;
  std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(how, handle(range.family)));
  if (range.backwards) {
    it->SeekToLast();
  } else {
    it->Seek(from);
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

result<void> rocks_engine::write(std::span<const std::vector<write_op>> batches, bool sync) {
  std::size_t bytes = 0;
  for (const auto& ops : batches) {
    for (const auto& op : ops) bytes += op.key.size() + op.value.size() + 16;
  }
  rocksdb::WriteBatch batch(bytes);
  for (const auto& ops : batches) {
    for (const auto& op : ops) {
      if (auto s = add(batch, handle(op.family), op); !s.ok()) return fail(to_error(s, "write"));
    }
  }
  if (batch.Count() == 0) return {};
  rocksdb::WriteOptions how;
  how.sync = sync;
  if (auto s = db_->Write(how, &batch); !s.ok()) return fail(to_error(s, "write"));
  return {};
}

result<void> rocks_engine::resume() {
  if (auto s = db_->Resume(); !s.ok()) return fail(to_error(s, "resume"));
  return {};
}

}  // namespace lightstick::storage::rocks
