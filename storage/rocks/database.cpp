#include "storage/rocks/database.hpp"

#include "runtime/base/log.hpp"
#include "storage/errc.hpp"
#include "storage/rocks/status.hpp"
#include "storage/rocks/tuning.hpp"

namespace lightstick::storage::rocks {
namespace {

error open_error(const rocksdb::Status& s, const std::filesystem::path& path) {
  auto e = to_error(s, "open " + path.string());
  if (s.IsCorruption()) {
    e.detail +=
        ". A file of the database is damaged; nothing was changed. Restore the last back-up, or ask for help "
        "with a copy of the folder";
  } else if (s.ToString().find("lock") != std::string::npos) {
    e.code = make_error_code(errc::locked);
    e.detail += ". Another process has " + (path / "LOCK").string() + " locked; stop it, or choose another data folder";
  } else if (s.ToString().find("Permission denied") != std::string::npos) {
    e.code = make_error_code(errc::not_permitted);
    e.detail += ". Give this user the right to write there, or choose another data folder";
  } else if (e.code == errc::disk_full) {
    e.detail += ". Make room on that disk";
  }
  return e;
}

}  // namespace

result<std::unique_ptr<database>> database::open(const open_options& o, access a,
                                                 const std::shared_ptr<rocksdb::Cache>& cache,
                                                 const clock_source& clock) {
  auto how = database_options(o, cache);
  auto families = column_families(o, cache, clock);
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  auto s = a == access::read_only ? rocksdb::DB::OpenForReadOnly(how, o.path.string(), families, &handles, &db)
                                  : rocksdb::DB::Open(how, o.path.string(), families, &handles, &db);
  if (!s.ok()) return fail(open_error(s, o.path));
  return std::unique_ptr<database>(new database(std::unique_ptr<rocksdb::DB>(db), std::move(handles)));
}

database::database(std::unique_ptr<rocksdb::DB> db, std::vector<rocksdb::ColumnFamilyHandle*> handles)
    : db_(std::move(db)), handles_(std::move(handles)) {}

database::~database() {
  for (auto* h : handles_) (void)db_->DestroyColumnFamilyHandle(h);
  if (auto closed = db_->Close(); !closed.ok()) {
    LS_LOG(storage, warn, "database did not close cleanly", {"error", to_error(closed, "close")});
  }
}

}  // namespace lightstick::storage::rocks
