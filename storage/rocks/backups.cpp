#include "storage/rocks/backups.hpp"

#include <rocksdb/utilities/backup_engine.h>
#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "storage/errc.hpp"
#include "storage/files.hpp"
#include "storage/rocks/backup_copy.hpp"
#include "storage/rocks/check_backups.hpp"
#include "storage/rocks/pace.hpp"
#include "storage/rocks/status.hpp"

namespace lightstick::storage::rocks {
namespace {

constexpr std::uint64_t told_every_bytes = std::uint64_t{1} << 20U;
constexpr std::chrono::milliseconds looked_every{100};

/// Calls a function every now and then, on a thread of its own, as long as it lives.
class periodic {
 public:
  explicit periodic(std::function<void()> what)
      : thread_([this, what = std::move(what)] {
          std::unique_lock lock(mutex_);
          while (!ended_.wait_for(lock, looked_every, [this] { return over_; })) what();
        }) {}
  ~periodic() {
    {
      std::lock_guard lock(mutex_);
      over_ = true;
    }
    ended_.notify_one();
    thread_.join();
  }
  periodic(const periodic&) = delete;
  periodic& operator=(const periodic&) = delete;

 private:
  std::mutex mutex_;
  std::condition_variable ended_;
  bool over_ = false;
  std::thread thread_;
};

rocksdb::BackupEngineOptions options_for(const std::filesystem::path& folder) {
  rocksdb::BackupEngineOptions o(folder.string());
  o.share_table_files = true;
  o.share_files_with_checksum = true;
  o.sync = true;
  o.max_background_operations = 1;
  o.callback_trigger_interval_size = told_every_bytes;
  return o;
}

template <class Engine>
result<std::unique_ptr<Engine>> open(const rocksdb::BackupEngineOptions& o) {
  Engine* made = nullptr;
  if (auto s = Engine::Open(o, rocksdb::Env::Default(), &made); !s.ok()) {
    return fail(to_error(s, "open the back-ups in " + o.backup_dir));
  }
  return std::unique_ptr<Engine>(made);
}

std::uint64_t live_bytes(rocksdb::DB& db) {
  std::vector<rocksdb::LiveFileMetaData> files;
  db.GetLiveFilesMetaData(&files);
  std::uint64_t bytes = 0;
  for (const auto& f : files) bytes += f.size;
  rocksdb::VectorLogPtr logs;
  if (db.GetSortedWalFiles(logs).ok()) {
    for (const auto& log : logs) bytes += log->SizeFileBytes();
  }
  return bytes;
}

}  // namespace

result<backup_copied> copy_backup(rocksdb::DB& db, const backup_copy& order) {
  auto how = options_for(order.to);
  // RocksDB's own limiter lets a byte wait for as long as a low rate says, whoever stops.
  const auto held_back =
      std::make_shared<pace>(static_cast<std::int64_t>(std::min<std::uint64_t>(order.bytes_per_second_max, INT64_MAX)));
  if (order.bytes_per_second_max > 0) how.backup_rate_limiter = held_back;
  auto opened = open<rocksdb::BackupEngine>(how);
  if (!opened) return fail(std::move(opened.error()));
  auto& engine = **opened;
  const auto before = bytes_below(order.to);
  const auto total = live_bytes(db);
  std::atomic<std::uint64_t> done{0};
  rocksdb::CreateBackupOptions create;
  create.decrease_background_thread_cpu_priority = true;
  create.background_thread_cpu_priority = rocksdb::CpuPriority::kLow;
  create.progress_callback = [&] { done += told_every_bytes; };
  backup_copied out;
  rocksdb::Status s;
  {
    // Asked by the clock, not by bytes: a slow rate must not hold a stop up.
    const periodic watcher([&] {
      if (!order.watch || order.watch(std::min(done.load(), total), total)) return;
      engine.StopBackup();
      held_back->end();
    });
    s = engine.CreateNewBackupWithMetadata(create, &db, order.label, &out.id);
  }
  if (s.IsIncomplete()) return fail(errc::stopping, "the back-up was ended before it was whole; nothing was added");
  if (!s.ok()) return fail(to_error(s, "back up to " + order.to.string()));
  const auto after = bytes_below(order.to);
  out.new_bytes = after - std::min(before, after);
  if (order.watch) (void)order.watch(total, total);
  return out;
}

result<stored_backups> list_backups(const std::filesystem::path& folder) {
  stored_backups out;
  std::error_code failure;
  if (!std::filesystem::exists(folder, failure)) return out;
  auto opened = open<rocksdb::BackupEngineReadOnly>(options_for(folder));
  if (!opened) return fail(std::move(opened.error()));
  std::vector<rocksdb::BackupInfo> found;
  (*opened)->GetBackupInfo(&found);
  for (auto& b : found) out.whole.push_back({b.backup_id, b.size, b.number_files, std::move(b.app_metadata)});
  (*opened)->GetCorruptedBackups(&out.damaged);
  std::ranges::sort(out.whole, {}, &stored_backup::id);
  return out;
}

result<void> remove_backups(const std::filesystem::path& folder, std::span<const std::uint32_t> ids) {
  auto opened = open<rocksdb::BackupEngine>(options_for(folder));
  if (!opened) return fail(std::move(opened.error()));
  for (auto id : ids) {
    if (auto s = (*opened)->DeleteBackup(id); !s.ok()) {
      return fail(to_error(s, "remove back-up " + std::to_string(id)));
    }
  }
  if (auto s = (*opened)->GarbageCollect(); !s.ok()) return fail(to_error(s, "clean " + folder.string()));
  return {};
}

namespace {

/// RocksDB says that a checksum differs, not of which file.
error restore_failure(const rocksdb::Status& s, const std::filesystem::path& folder, std::uint32_t id) {
  auto out = to_error(s, "restore back-up " + std::to_string(id) + " of " + folder.string());
  if (!s.IsCorruption()) return out;
  const auto of = folder.parent_path().string();
  auto checked = check_backups(folder, id, {});
  if (checked && !checked->damaged.empty()) {
    const auto& d = checked->damaged.front();
    out.detail =
        "back-up " + std::to_string(id) + " of " + of + " is damaged: " + (folder / d.name).string() + " " + d.what;
  }
  out.detail += ". What was copied is no data folder. `lightstick verify " + of +
                "` names all that is damaged and which back-ups are whole: restore one of these with --id";
  return out;
}

}  // namespace

result<void> restore_backup(const std::filesystem::path& folder, std::uint32_t id, const std::filesystem::path& to,
                            const progress& watch) {
  auto opened = open<rocksdb::BackupEngineReadOnly>(options_for(folder));
  if (!opened) return fail(std::move(opened.error()));
  rocksdb::BackupInfo info;
  if (auto s = (*opened)->GetBackupInfo(id, &info); !s.ok()) {
    return fail(to_error(s, "read back-up " + std::to_string(id)));
  }
  rocksdb::Status s;
  {
    // RocksDB tells nothing while it restores; the size of what is there does.
    const periodic watcher([&] {
      if (watch) (void)watch(std::min(bytes_below(to), info.size), info.size);
    });
    s = (*opened)->RestoreDBFromBackup(id, to.string(), to.string());
  }
  if (!s.ok()) return fail(restore_failure(s, folder, id));
  if (watch) (void)watch(info.size, info.size);
  return {};
}

}  // namespace lightstick::storage::rocks
