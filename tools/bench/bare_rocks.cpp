#include "tools/bench/bare_rocks.hpp"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>
#include <chrono>
#include <thread>

#include "storage/errc.hpp"

namespace lightstick::tools::bench {
namespace {

rocksdb::Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

class raw_database {
 public:
  raw_database() = default;
  raw_database(const raw_database&) = delete;
  raw_database& operator=(const raw_database&) = delete;
  ~raw_database() {
    for (auto* f : families_) (void)db_->DestroyColumnFamilyHandle(f);
    if (db_ != nullptr) (void)db_->Close();
  }

  rocksdb::Status open(const std::filesystem::path& folder) {
    rocksdb::Options how;
    how.create_if_missing = true;
    how.create_missing_column_families = true;
    std::vector<rocksdb::ColumnFamilyDescriptor> there;
    there.emplace_back(rocksdb::kDefaultColumnFamilyName, rocksdb::ColumnFamilyOptions{});
    for (auto f : storage::all_families) {
      there.emplace_back("f-" + std::string(to_string(f)), rocksdb::ColumnFamilyOptions{});
    }
    rocksdb::DB* opened = nullptr;
    auto status = rocksdb::DB::Open(how, folder.string(), there, &families_, &opened);
    db_.reset(opened);
    return status;
  }

  rocksdb::Status write(const raw_group& group) {
    rocksdb::WriteBatch batch;
    for (const auto& op : group) {
      auto* into = families_.at(static_cast<std::size_t>(op.family) + 1);
      auto added = op.what == storage::write_op::kind::put ? batch.Put(into, slice(op.key), slice(op.value))
                                                           : batch.Delete(into, slice(op.key));
      if (!added.ok()) return added;
    }
    rocksdb::WriteOptions durable;
    durable.sync = true;
    return db_->Write(durable, &batch);
  }

 private:
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
};

}  // namespace

result<std::chrono::nanoseconds> bare_rocks_writes(const std::filesystem::path& folder,
                                                   const std::vector<raw_group>& groups) {
  raw_database db;
  auto status = db.open(folder);
  const auto begun = std::chrono::steady_clock::now();
  for (const auto& group : groups) {
    if (!status.ok()) break;
    status = db.write(group);
  }
  if (!status.ok()) return fail(storage::errc::io_failed, "bare RocksDB: " + status.ToString());
  return std::chrono::steady_clock::now() - begun;
}

result<std::vector<double>> bare_rocks_steady(const std::filesystem::path& folder, const std::vector<raw_group>& groups,
                                              std::size_t count, std::chrono::nanoseconds lasting) {
  using clock = std::chrono::steady_clock;
  raw_group ops;
  for (const auto& group : groups) ops.insert(ops.end(), group.begin(), group.end());
  ops.resize(count);
  std::vector<double> took;
  took.reserve(count);
  raw_database db;
  auto status = db.open(folder);
  const auto begun = clock::now();
  const auto due = [&](std::size_t i) {
    return begun + std::chrono::nanoseconds{static_cast<std::int64_t>(
                       static_cast<double>(lasting.count()) * static_cast<double>(i) / static_cast<double>(count))};
  };
  while (status.ok() && took.size() < count) {
    std::this_thread::sleep_until(due(took.size()));
    raw_group group;
    const auto now = clock::now();
    for (auto i = took.size(); i < count && due(i) <= now; ++i) group.push_back(ops[i]);
    status = db.write(group);
    const auto done = clock::now();
    for (auto left = group.size(); left > 0; --left) {
      took.push_back(std::chrono::duration<double, std::milli>(done - due(took.size())).count());
    }
  }
  if (!status.ok()) return fail(storage::errc::io_failed, "bare RocksDB: " + status.ToString());
  return took;
}

}  // namespace lightstick::tools::bench
