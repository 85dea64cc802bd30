#include "storage/rocks/database.hpp"

#include <rocksdb/convenience.h>
#include <algorithm>

#include "runtime/base/log.hpp"
#include "storage/errc.hpp"
#include "storage/rocks/log_bridge.hpp"
#include "storage/rocks/status.hpp"
#include "storage/rocks/tuning.hpp"

namespace lightstick::storage::rocks {
namespace {

error open_error(const rocksdb::Status& s, const open_options& o, const log_bridge& log) {
  const auto& path = o.path;
  auto e = to_error(s, "open " + path.string());
  if (s.IsCorruption() || (s.IsPathNotFound() && !o.create)) {
    e.code = make_error_code(errc::corrupt);
    if (auto file = log.damaged_log(); !file.empty()) e.detail += " in " + file;
    e.detail +=
        ". A file of the database is damaged; nothing was changed. Restore the last back-up, or ask for help "
        "with a copy of the folder";
  } else if (s.ToString().find("lock") != std::string::npos) {
    e.code = make_error_code(errc::locked);
    e.detail += ". Another process has " + (path / "LOCK").string() + " locked; stop it, or choose another data folder";
  } else if (s.ToString().find("Permission denied") != std::string::npos) {
    e.code = make_error_code(errc::not_permitted);
    e.detail += ". Give this user the right to write there, or choose another data folder";
  } else if (s.ToString().find("Too many open files") != std::string::npos) {
    e.code = make_error_code(errc::io_failed);
    e.detail += ". Raise this process's limit of open files (ulimit -n, LimitNOFILE)";
  } else if (e.code == errc::disk_full) {
    e.detail += ". Make room on that disk";
  }
  return e;
}

std::string name_of(family f) {
  return f == family::meta ? rocksdb::kDefaultColumnFamilyName : std::string(to_string(f));
}

}  // namespace

result<std::vector<family>> missing_families(const open_options& o) {
  std::vector<std::string> names;
  auto log = std::make_shared<log_bridge>();
  auto how = database_options(o, nullptr);
  how.info_log = log;
  auto s = rocksdb::DB::ListColumnFamilies(how, o.path.string(), &names);
  if (!s.ok()) return fail(open_error(s, o, *log));
  std::vector<family> missing;
  for (auto f : all_families) {
    if (std::ranges::find(names, name_of(f)) == names.end()) missing.push_back(f);
  }
  return missing;
}

result<std::unique_ptr<database>> database::open(const open_options& o, access a,
                                                 const std::shared_ptr<rocksdb::Cache>& cache,
                                                 const clock_source& clock) {
  auto log = std::make_shared<log_bridge>();
  auto how = database_options(o, cache);
  how.info_log = log;
  std::vector<family> there(all_families.begin(), all_families.end());
  if (!o.create && o.families == families::those_there) {
    auto missing = missing_families(o);
    if (!missing) return fail(std::move(missing.error()));
    std::erase_if(there, [&](family f) { return std::ranges::find(*missing, f) != missing->end(); });
  }
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  // Otherwise RocksDB complains, in our log, that it is missing before it makes it.
  if (o.create) (void)how.env->CreateDirIfMissing(o.path.string());
  auto trimmer = std::make_shared<history_trimmer>();
  for (auto f : there) {
    descriptors.emplace_back(name_of(f), column_family(f, o, cache, clock));
    if (f == family::history) descriptors.back().options.compaction_filter_factory = trimmer;
  }
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  auto s = a != access::read_write ? rocksdb::DB::OpenForReadOnly(how, o.path.string(), descriptors, &handles, &db)
                                   : rocksdb::DB::Open(how, o.path.string(), descriptors, &handles, &db);
  if (!s.ok()) return fail(open_error(s, o, *log));
  auto opened = std::unique_ptr<database>(new database(std::unique_ptr<rocksdb::DB>(db)));
  for (std::size_t i = 0; i < there.size(); ++i) {
    opened->handles_.at(static_cast<std::size_t>(there[i])) = handles[i];
  }
  if (auto* floors = opened->handle(family::floors); floors != nullptr && a == access::read_write) {
    trimmer->attach(*db, *floors);
  }
  opened->trimmer_ = std::move(trimmer);
  return opened;
}

database::database(std::unique_ptr<rocksdb::DB> db) : db_(std::move(db)) {}

database::~database() {
  trimmer_->detach();
  rocksdb::CancelAllBackgroundWork(db_.get(), true);
  for (auto* h : handles_) {
    if (h != nullptr) (void)db_->DestroyColumnFamilyHandle(h);
  }
  if (auto closed = db_->Close(); !closed.ok()) {
    LS_LOG(storage, warn, "database did not close cleanly", {"error", to_error(closed, "close")});
  }
}

}  // namespace lightstick::storage::rocks
