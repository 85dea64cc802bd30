#include "lightstick/storage/rocks/open.hpp"

#include <rocksdb/db.h>

#include "lightstick/storage/errc.hpp"
#include "lightstick/storage/rocks/engine.hpp"
#include "lightstick/storage/rocks/status.hpp"
#include "lightstick/storage/rocks/tuning.hpp"

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

result<std::unique_ptr<engine>> open(const open_options& o, const clock_source& clock) {
  auto cache = make_cache(o.memory_bytes);
  auto families = column_families(o, cache, clock);
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  auto s = rocksdb::DB::Open(database_options(o, cache), o.path.string(), families, &handles, &db);
  if (!s.ok()) return fail(open_error(s, o.path));
  return std::make_unique<rocks_engine>(std::unique_ptr<rocksdb::DB>(db), std::move(handles));
}

}  // namespace lightstick::storage::rocks
