#pragma once

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

namespace lightstick::storage::test {

/// A file system that behaves like the machine's until the power fails or the disk does. Beneath it are real files.
/// Thread-safe.
///
/// Power: `cut_power` makes every further change fail and go nowhere. After the database is closed, `lose_unsynced`
/// cuts each file back to what was synced, plus as much of the rest as the test wants (a torn write), and removes
/// files whose folder was not synced since they were made.
class faulty_disk final : public rocksdb::FileSystemWrapper {
 public:
  using io_status = rocksdb::IOStatus;

  faulty_disk() : FileSystemWrapper(rocksdb::FileSystem::Default()), env_(nullptr) {}
  [[nodiscard]] const char* Name() const override { return "faulty_disk"; }

  /// For rocks::open; lives as long as `disk`.
  [[nodiscard]] static rocksdb::Env* env_of(const std::shared_ptr<faulty_disk>& disk) {
    if (!disk->env_) disk->env_ = rocksdb::NewCompositeEnv(std::make_shared<rocksdb_view>(disk.get()));
    return disk->env_.get();
  }

  void cut_power() {
    set([](auto& f) { f.dead = true; });
  }
  /// From here on a sync returns success and does nothing: what a test of durability has to notice.
  void lie_about_syncs(bool lie) {
    set([=](auto& f) { f.lying = lie; });
  }
  /// Further appends to any file fail after `bytes_left` more bytes, the last one torn.
  void fill_up(std::uint64_t bytes_left) {
    set([=](auto& f) {
      f.full = true;
      f.bytes_left = bytes_left;
    });
  }
  void make_room() {
    set([](auto& f) { f.full = false; });
  }
  /// Appends and syncs fail with EIO, which RocksDB takes for final.
  void break_writes(bool broken) {
    set([=](auto& f) { f.broken = broken; });
  }
  void break_syncs(bool broken) {
    set([=](auto& f) { f.broken_syncs = broken; });
  }
  /// Reads of tables fail with EIO.
  void break_reads(bool broken) {
    set([=](auto& f) { f.broken_reads = broken; });
  }
  /// No file can be opened or made: EMFILE.
  void refuse_opens(bool refused) {
    set([=](auto& f) { f.no_opens = refused; });
  }
  /// Syncs take until this is called with false.
  void hold_syncs(bool hold) {
    set([=](auto& f) { f.held_syncs = hold; });
    let_go_.notify_all();
  }
  [[nodiscard]] std::uint64_t syncs() {
    std::lock_guard lock(mutex_);
    return syncs_;
  }

  /// REQUIRES: the database is closed. `kept_of(n)` says how many of n unsynced bytes of a file are kept.
  void lose_unsynced(const std::function<std::uint64_t(std::uint64_t)>& kept_of) {
    std::lock_guard lock(mutex_);
    for (const auto& [name, at] : files_) {
      std::error_code gone;
      auto size = std::filesystem::file_size(name, gone);
      if (gone) continue;
      if (new_files_.count(name) > 0) {
        std::filesystem::remove(name);
        continue;
      }
      auto kept = at.synced + (at.written > at.synced ? kept_of(at.written - at.synced) : 0);
      if (kept < size) std::filesystem::resize_file(name, kept);
    }
    files_.clear();
    new_files_.clear();
    faults_ = {};
  }

  // ---- FileSystem ----

  io_status NewWritableFile(const std::string& name, const rocksdb::FileOptions& how,
                            std::unique_ptr<rocksdb::FSWritableFile>* out, rocksdb::IODebugContext* dbg) override {
    if (auto s = check_change(); !s.ok()) return s;
    auto s = target()->NewWritableFile(name, how, out, dbg);
    if (s.ok()) watch(name, 0, out);
    return s;
  }
  io_status NewRandomAccessFile(const std::string& name, const rocksdb::FileOptions& how,
                                std::unique_ptr<rocksdb::FSRandomAccessFile>* out,
                                rocksdb::IODebugContext* dbg) override {
    if (auto s = check_open(); !s.ok()) return s;
    auto s = target()->NewRandomAccessFile(name, how, out, dbg);
    if (s.ok()) *out = std::make_unique<table>(*this, std::move(*out));
    return s;
  }
  io_status NewSequentialFile(const std::string& name, const rocksdb::FileOptions& how,
                              std::unique_ptr<rocksdb::FSSequentialFile>* out, rocksdb::IODebugContext* dbg) override {
    if (auto s = check_open(); !s.ok()) return s;
    return target()->NewSequentialFile(name, how, out, dbg);
  }
  io_status ReopenWritableFile(const std::string& name, const rocksdb::FileOptions& how,
                               std::unique_ptr<rocksdb::FSWritableFile>* out, rocksdb::IODebugContext* dbg) override {
    if (auto s = check_change(); !s.ok()) return s;
    auto s = target()->ReopenWritableFile(name, how, out, dbg);
    if (s.ok()) watch(name, std::filesystem::file_size(name), out);
    return s;
  }
  io_status NewDirectory(const std::string& name, const rocksdb::IOOptions& how,
                         std::unique_ptr<rocksdb::FSDirectory>* out, rocksdb::IODebugContext* dbg) override {
    auto s = target()->NewDirectory(name, how, out, dbg);
    if (s.ok()) *out = std::make_unique<directory>(*this, name, std::move(*out));
    return s;
  }
  io_status DeleteFile(const std::string& name, const rocksdb::IOOptions& how, rocksdb::IODebugContext* dbg) override {
    if (auto s = check_alive(); !s.ok()) return s;
    auto s = target()->DeleteFile(name, how, dbg);
    std::lock_guard lock(mutex_);
    files_.erase(name);
    new_files_.erase(name);
    return s;
  }
  io_status RenameFile(const std::string& from, const std::string& to, const rocksdb::IOOptions& how,
                       rocksdb::IODebugContext* dbg) override {
    if (auto s = check_change(); !s.ok()) return s;
    auto s = target()->RenameFile(from, to, how, dbg);
    std::lock_guard lock(mutex_);
    if (auto node = files_.extract(from)) {
      files_.erase(to);
      node.key() = to;
      files_.insert(std::move(node));
    }
    new_files_.erase(from);  // a rename is taken to be durable: that is not ours to test
    return s;
  }
  io_status GetFreeSpace(const std::string& path, const rocksdb::IOOptions& how, std::uint64_t* room,
                         rocksdb::IODebugContext* dbg) override {
    {
      std::lock_guard lock(mutex_);
      if (faults_.full) {
        *room = faults_.bytes_left;
        return io_status::OK();
      }
    }
    return target()->GetFreeSpace(path, how, room, dbg);
  }

 private:
  struct progress {
    std::uint64_t written = 0;
    std::uint64_t synced = 0;
  };
  struct faults {
    bool dead = false;
    bool lying = false;
    bool full = false;
    std::uint64_t bytes_left = 0;
    bool broken = false;
    bool broken_syncs = false;
    bool broken_reads = false;
    bool no_opens = false;
    bool held_syncs = false;
  };

  /// The environment must not own the disk that owns the environment.
  class rocksdb_view final : public rocksdb::FileSystemWrapper {
   public:
    explicit rocksdb_view(rocksdb::FileSystem* to)
        : FileSystemWrapper(std::shared_ptr<rocksdb::FileSystem>(std::shared_ptr<void>(), to)) {}
    [[nodiscard]] const char* Name() const override { return "faulty_disk_view"; }
  };

  class file final : public rocksdb::FSWritableFileOwnerWrapper {
   public:
    file(faulty_disk& disk, std::string name, std::unique_ptr<rocksdb::FSWritableFile> to)
        : FSWritableFileOwnerWrapper(std::move(to)), disk_(disk), name_(std::move(name)) {}

    io_status Append(const rocksdb::Slice& data, const rocksdb::IOOptions& how, rocksdb::IODebugContext* dbg) override {
      auto fits = data.size();
      auto verdict = disk_.check_append(fits);
      auto s = fits > 0 ? target()->Append({data.data(), fits}, how, dbg) : io_status::OK();
      if (s.ok()) disk_.advance(name_, [&](progress& p) { p.written += fits; });
      return verdict.ok() ? s : verdict;
    }
    io_status Append(const rocksdb::Slice& data, const rocksdb::IOOptions& how,
                     const rocksdb::DataVerificationInfo& /*sum*/, rocksdb::IODebugContext* dbg) override {
      return Append(data, how, dbg);
    }
    io_status Sync(const rocksdb::IOOptions& /*how*/, rocksdb::IODebugContext* /*dbg*/) override { return sync(); }
    io_status Fsync(const rocksdb::IOOptions& /*how*/, rocksdb::IODebugContext* /*dbg*/) override { return sync(); }

   private:
    /// Only noted: the power that fails is ours, so the machine's disk need not be bothered.
    io_status sync() {
      bool lying = false;
      if (auto s = disk_.check_sync(lying); !s.ok()) return s;
      if (!lying) disk_.advance(name_, [](progress& p) { p.synced = p.written; });
      return io_status::OK();
    }

    faulty_disk& disk_;
    std::string name_;
  };

  class table final : public rocksdb::FSRandomAccessFileOwnerWrapper {
   public:
    table(faulty_disk& disk, std::unique_ptr<rocksdb::FSRandomAccessFile> to)
        : FSRandomAccessFileOwnerWrapper(std::move(to)), disk_(disk) {}
    io_status Read(std::uint64_t at, std::size_t bytes, const rocksdb::IOOptions& how, rocksdb::Slice* out,
                   char* scratch, rocksdb::IODebugContext* dbg) const override {
      if (auto s = disk_.check_read(); !s.ok()) return s;
      return target()->Read(at, bytes, how, out, scratch, dbg);
    }
    io_status Prefetch(std::uint64_t /*at*/, std::size_t /*bytes*/, const rocksdb::IOOptions& /*how*/,
                       rocksdb::IODebugContext* /*dbg*/) override {
      return io_status::NotSupported("prefetch");
    }

   private:
    faulty_disk& disk_;
  };

  class directory final : public rocksdb::FSDirectoryWrapper {
   public:
    directory(faulty_disk& disk, std::string name, std::unique_ptr<rocksdb::FSDirectory> to)
        : FSDirectoryWrapper(std::move(to)), disk_(disk), name_(std::move(name)) {}
    io_status Fsync(const rocksdb::IOOptions& /*how*/, rocksdb::IODebugContext* /*dbg*/) override {
      return disk_.check_directory_sync(name_);
    }
    io_status FsyncWithDirOptions(const rocksdb::IOOptions& how, rocksdb::IODebugContext* dbg,
                                  const rocksdb::DirFsyncOptions& /*what*/) override {
      return Fsync(how, dbg);
    }

   private:
    faulty_disk& disk_;
    std::string name_;
  };

  static io_status no_power() { return io_status::IOError("the power is off"); }
  static io_status no_space() {
    auto s = io_status::NoSpace("the disk is full");
    s.SetRetryable(true);  // as RocksDB's own file system says of ENOSPC
    return s;
  }

  static io_status too_many_files() { return io_status::IOError("while opening a file", "Too many open files"); }

  template <class Change>
  void set(Change change) {
    std::lock_guard lock(mutex_);
    change(faults_);
  }
  io_status check_alive() {
    std::lock_guard lock(mutex_);
    return faults_.dead ? no_power() : io_status::OK();
  }
  io_status check_open() {
    std::lock_guard lock(mutex_);
    return faults_.no_opens ? too_many_files() : io_status::OK();
  }
  io_status check_read() {
    std::lock_guard lock(mutex_);
    return faults_.broken_reads ? io_status::IOError("the disk is broken") : io_status::OK();
  }
  io_status check_change() {
    std::lock_guard lock(mutex_);
    if (faults_.dead) return no_power();
    if (faults_.no_opens) return too_many_files();
    if (faults_.broken) return io_status::IOError("the disk is broken");
    return faults_.full && faults_.bytes_left == 0 ? no_space() : io_status::OK();
  }
  /// Lowers `bytes` to what still fits.
  io_status check_append(std::size_t& bytes) {
    std::lock_guard lock(mutex_);
    if (faults_.dead || faults_.broken) bytes = 0;
    if (faults_.dead) return no_power();
    if (faults_.broken) return io_status::IOError("the disk is broken");
    if (!faults_.full) return io_status::OK();
    bool fits = bytes <= faults_.bytes_left;
    bytes = std::min<std::size_t>(bytes, faults_.bytes_left);
    faults_.bytes_left -= bytes;
    return fits ? io_status::OK() : no_space();
  }
  io_status check_sync(bool& lying) {
    std::unique_lock lock(mutex_);
    ++syncs_;
    let_go_.wait(lock, [&] { return !faults_.held_syncs; });
    lying = faults_.lying;
    if (faults_.dead) return no_power();
    return faults_.broken || faults_.broken_syncs ? io_status::IOError("the disk is broken") : io_status::OK();
  }
  io_status check_directory_sync(const std::string& name) {
    std::lock_guard lock(mutex_);
    if (faults_.dead) return no_power();
    if (faults_.lying) return io_status::OK();
    std::erase_if(new_files_, [&](const auto& f) { return std::filesystem::path(f).parent_path() == name; });
    return io_status::OK();
  }
  template <class Change>
  void advance(const std::string& name, Change change) {
    std::lock_guard lock(mutex_);
    change(files_[name]);
  }
  void watch(const std::string& name, std::uint64_t size, std::unique_ptr<rocksdb::FSWritableFile>* out) {
    {
      std::lock_guard lock(mutex_);
      files_[name] = {size, size};
      if (size == 0) new_files_.insert(name);
    }
    *out = std::make_unique<file>(*this, name, std::move(*out));
  }

  std::mutex mutex_;
  std::condition_variable let_go_;
  faults faults_;
  std::map<std::string, progress> files_;
  std::set<std::string> new_files_;
  std::uint64_t syncs_ = 0;
  std::unique_ptr<rocksdb::Env> env_;
};

}  // namespace lightstick::storage::test
